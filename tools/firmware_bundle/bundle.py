"""A RAUC bundle of one root file system, in the verity format."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from device_image.commands import run

MANIFEST = """\
[update]
compatible={compatible}
version={version}

[bundle]
format=verity

[image.rootfs]
filename=rootfs.squashfs
"""


@dataclass(frozen=True, slots=True)
class Label:
    """What devices judge a bundle by."""

    compatible: str
    version: str


def make_bundle(rootfs: Path, label: Label, cert: Path, key: str, output: Path) -> None:
    """The output is there whole or not at all, and replaces an older one."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".bundle-") as scratch:
        content, bundle = Path(scratch) / "content", Path(scratch) / "bundle"
        content.mkdir()
        manifest = MANIFEST.format(compatible=label.compatible, version=label.version)
        (content / "manifest.raucm").write_text(manifest)
        shutil.copyfile(rootfs, content / "rootfs.squashfs")
        # It is compressed already.
        squashed = "--mksquashfs-args=-comp lzo -noD -noF -no-progress -quiet"
        run("rauc", "bundle", f"--cert={cert}", f"--key={key}", squashed, content, bundle)
        bundle.rename(output)

"""Programs of ours in the device under test: brought there as sources, run by its own Python."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from ssh import Ssh

FOLDER = "/run/camerad-hil"
HERE = Path(__file__).parent


def python(module: str, *arguments: object) -> str:
    """The shell command that runs a module."""
    words = " ".join(f"'{argument}'" for argument in arguments)
    return f"cd {FOLDER} && exec python3 -m {module} {words}"


def bring(ssh: Ssh, package: str, files: Mapping[str, bytes] | None = None) -> None:
    """A package of this folder's, and files by their paths beside it."""
    ssh.run(f"mkdir -p {FOLDER} && tar -x -C {FOLDER}", stdin=archive(package, files or {}))


def archive(package: str, files: Mapping[str, bytes]) -> bytes:
    modules = sorted((HERE / package).glob("*.py"))
    sources = {f"{package}/{module.name}": module.read_bytes() for module in modules}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in {**sources, **files}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()

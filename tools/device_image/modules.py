"""Debian's kernel has modules for everything; the test device is a virtual machine with cameras."""

from pathlib import Path

from device_image.commands import run_in
from device_image.trees import remove

KEPT = {
    "drivers": """block bus char clk firmware hid i2c input leds md media net power regulator rtc
        soundwire uio usb virtio watchdog""",
    "drivers/media": "cec common mc platform rc test-drivers usb v4l2-core",
    "drivers/net": "dummy.ko.xz ifb.ko.xz net_failover.ko.xz veth.ko.xz virtio_net.ko.xz",
    "fs": """autofs binfmt_misc.ko.xz configfs efivarfs ext4 fat fuse jbd2 mbcache.ko.xz nls
        overlayfs pstore squashfs""",
    "": "arch block crypto drivers fs lib mm net",
}
"""What is left of a folder of modules. What these need and is not there is not needed either."""


def trim(tree: Path) -> None:
    (kernel,) = (tree / "usr/lib/modules").iterdir()
    for folder, names in KEPT.items():
        kept = names.split()
        others = (path for path in (kernel / "kernel" / folder).iterdir() if path.name not in kept)
        remove(tree, [str(path.relative_to(tree)) for path in others])
    run_in(tree, "depmod", kernel.name)

SUMMARY = "The structures and ioctl numbers of the V4L2 API"
DESCRIPTION = "What linux/videodev2.h declares, as ctypes structures and numbers."
HOMEPAGE = "https://pypi.org/project/v4l2-python3/"
SECTION = "devel/python"
# Its metadata says GPLv2; the module's own head offers the BSD licence instead.
LICENSE = "GPL-2.0-or-later | BSD-3-Clause"
LIC_FILES_CHKSUM = "\
    file://LICENSE;md5=751419260aa954499f7abaabaa882bbe \
    file://v4l2.py;beginline=3;endline=41;md5=8f30878b5786dd1146f0939e5e0134fa \
"

PYPI_PACKAGE = "v4l2-python3"

SRC_URI[sha256sum] = "e7e24739c1816d64a82929b81781ada4e5640974157a39585ad2e02dfdb102fd"

inherit pypi python_setuptools_build_meta

RDEPENDS:${PN} += "\
    python3-core \
    python3-ctypes \
"

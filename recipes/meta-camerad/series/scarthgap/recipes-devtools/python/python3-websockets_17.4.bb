SUMMARY = "The WebSocket protocol"
DESCRIPTION = "Newer than what openembedded-core has."
HOMEPAGE = "https://github.com/python-websockets/websockets"
SECTION = "devel/python"
LICENSE = "BSD-3-Clause"
LIC_FILES_CHKSUM = "file://LICENSE;md5=51924a6af4495b8cfaee1b1da869b6f4"

SRC_URI[sha256sum] = "09d3939b70df0c8ad2da145ebd50978bccaee1d565e838b0e7921a34d38571eb"

inherit features_check pypi python_setuptools_build_meta setuptools_pep639

# By itself, no layer may change what others build.
REQUIRED_DISTRO_FEATURES = "camerad"

RDEPENDS:${PN} += "python3-asyncio"

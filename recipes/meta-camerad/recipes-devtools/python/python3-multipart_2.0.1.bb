SUMMARY = "Parser of multipart/form-data"
DESCRIPTION = "Reads forms and files piece by piece, without keeping them in memory."
HOMEPAGE = "https://multipart.readthedocs.io"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=f7797687be03eee9747e041a067372fd"

SRC_URI[sha256sum] = "5dfea7ce4260e10a9e620369449e7d41c269a94e192db9ea4af1a0059cddd370"

inherit pypi python_flit_core

RDEPENDS:${PN} += "\
    python3-core \
    python3-misc \
    python3-netclient \
"

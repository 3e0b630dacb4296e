SUMMARY = "HTML generated from Python"
DESCRIPTION = "Builds HTML documents by calls, without templates."
HOMEPAGE = "https://github.com/sanic-org/html5tagger"
SECTION = "devel/python"
LICENSE = "Unlicense"
LIC_FILES_CHKSUM = "file://LICENSE;md5=605b9ee741fb194674b08ff2532e52b1"

SRC_URI[sha256sum] = "0dee3c9054443930e9a3225edcc810b6df76c0aeabfee463e9437a90a1ac1624"

inherit pypi python_hatchling

DEPENDS += "python3-hatch-vcs-native"

RDEPENDS:${PN} += "python3-core"

SUMMARY = "Router of the Sanic web framework"
DESCRIPTION = "Compiles the routes of an application into the code that finds them."
HOMEPAGE = "https://github.com/sanic-org/sanic-routing"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=5beb17d8bb3a5e27e9eddc439ada4f13"

SRC_URI[sha256sum] = "1dcadc62c443e48c852392dba03603f9862b6197fc4cba5bbefeb1ace0848b04"

inherit pypi python_setuptools_build_meta

RDEPENDS:${PN} += "\
    python3-core \
    python3-logging \
    python3-netclient \
"

SUMMARY = "Event loop of asyncio on top of libuv"
DESCRIPTION = "A drop-in replacement for the event loop of asyncio, some times as fast."
HOMEPAGE = "https://github.com/MagicStack/uvloop"
SECTION = "devel/python"
LICENSE = "Apache-2.0 | MIT"
LIC_FILES_CHKSUM = "\
    file://LICENSE-APACHE;md5=bb92739ddad0a2811957bd98bdb90474 \
    file://LICENSE-MIT;md5=489c8bc34154e4b59f5c58e664f7d70f \
"

DEPENDS = "libuv"

SRC_URI[sha256sum] = "28d160f51ab4da3b187063652e643dea6831072add4adc1e6d62afbe73b6be27"

inherit pypi python_setuptools_build_meta

# The bundled libuv would be configured for the machine that builds. The source distribution has
# the C code that Cython made, so that the Cython it demands is not needed.
PEP517_BUILD_OPTS = "\
    --config-setting=--build-option=build_ext \
    --config-setting=--build-option=--use-system-libuv \
    --skip-dependency-check \
"

RDEPENDS:${PN} += "\
    python3-asyncio \
    python3-core \
    python3-multiprocessing \
    python3-netclient \
    python3-unittest \
"

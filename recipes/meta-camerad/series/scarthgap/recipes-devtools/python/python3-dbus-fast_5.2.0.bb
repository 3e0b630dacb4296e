SUMMARY = "D-Bus from asyncio"
DESCRIPTION = "Newer than what meta-python has."
HOMEPAGE = "https://github.com/bluetooth-devices/dbus-fast"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=729e372b5ea0168438e4fd4a00a04947"

PYPI_PACKAGE = "dbus_fast"

SRC_URI[sha256sum] = "a4a5dddc04b1ade5eb7650d791e2f6fb7c1334595593473914e78a2526ecddda"

inherit features_check pypi python_poetry_core

# By itself, no layer may change what others build.
REQUIRED_DISTRO_FEATURES = "camerad"

# Without it, Python does the work: RAUC says little.
export SKIP_CYTHON = "1"
PEP517_BUILD_OPTS = "--skip-dependency-check"

RDEPENDS:${PN} += "\
    python3-asyncio \
    python3-core \
    python3-xml \
"

SUMMARY = "SOAP client"
DESCRIPTION = "Reads WSDL documents, and makes and reads the messages that they describe."
HOMEPAGE = "https://docs.python-zeep.org"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=23356a26b06086844496d9e634f58ae5"

SRC_URI[sha256sum] = "99d5059f92f721020998695fd9c85289ccb03ec5a2398ad49c6dbe43f19cfb94"

inherit pypi python_setuptools_build_meta

RDEPENDS:${PN} += "\
    python3-attrs \
    python3-core \
    python3-isodate \
    python3-logging \
    python3-lxml \
    python3-netclient \
    python3-numbers \
    python3-platformdirs \
    python3-requests \
    python3-requests-file \
    python3-requests-toolbelt \
"

SUMMARY = "ONVIF's WSDL files"
DESCRIPTION = "They are all that camerad reads of the package. The client in it is left out, for it \
               needs aiohttp, ciso8601, httpx and yarl."
HOMEPAGE = "https://github.com/openvideolibs/python-onvif-zeep-async"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=dbb461256be2f9b062aeb92e90da9fad"

PYPI_PACKAGE = "onvif_zeep_async"

SRC_URI[sha256sum] = "b4aff240b5fc70712b257ead06e4c987ad6d3bcc09d8d64c552cef4bd83f3ed5"

inherit pypi python_setuptools_build_meta setuptools_pep639

do_install:append() {
    find ${D}${PYTHON_SITEPACKAGES_DIR}/onvif -name '*.py' ! -name __init__.py -delete
    rm -rf ${D}${PYTHON_SITEPACKAGES_DIR}/onvif/__pycache__
}

RDEPENDS:${PN} += "python3-core"

SUMMARY = "HTTP/1.1 without the input and output"
DESCRIPTION = "Newer than what meta-python has, which lets chunks end as they like \
               (CVE-2025-43859)."
HOMEPAGE = "https://github.com/python-hyper/h11"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE.txt;md5=f5501d19c3116f4aaeef89369f458693"

SRC_URI[sha256sum] = "4e35b956cf45792e4caa5885e69fba00bdbc6ffafbfa020300e549b208ee5ff1"

inherit features_check pypi python_setuptools_build_meta

# By itself, no layer may change what others build.
REQUIRED_DISTRO_FEATURES = "camerad"

RDEPENDS:${PN} += "python3-core"

SUMMARY = "libjpeg-turbo from Python"
DESCRIPTION = "Compresses and decompresses JPEG with the TurboJPEG API of libjpeg-turbo, through ctypes."
HOMEPAGE = "https://github.com/lilohuang/PyTurboJPEG"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=8f3b7be4986bb22e10ed020a103f1f2a"

SRC_URI[sha256sum] = "c131591a3990cc57f45a8b2705d6261c25df913a19b1fe88de5e911dbe04a1d4"

inherit pypi python_setuptools_build_meta

RDEPENDS:${PN} += "\
    libturbojpeg \
    python3-core \
    python3-ctypes \
    python3-numpy \
"

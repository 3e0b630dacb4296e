SUMMARY = "Tracebacks of Python that people can read, as HTML"
DESCRIPTION = "Renders the traceback of an exception for developers, in a browser or a terminal."
HOMEPAGE = "https://github.com/sanic-org/tracerite"
SECTION = "devel/python"
LICENSE = "PD"
# The source distribution has no licence file; what its metadata says is all there is.
LIC_FILES_CHKSUM = "file://pyproject.toml;beginline=13;endline=13;md5=d6275834991690b6e22dce29bb34845b"

SRC_URI[sha256sum] = "e9ee648cf556aa7dbf0298c822a58ce33f9658b927db900fab72f1742146b695"

inherit pypi python_hatchling

DEPENDS += "python3-hatch-vcs-native"

RDEPENDS:${PN} += "\
    python3-core \
    python3-html5tagger \
    python3-json \
    python3-logging \
"

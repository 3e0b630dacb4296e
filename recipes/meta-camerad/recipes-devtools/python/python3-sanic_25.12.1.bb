SUMMARY = "Web server and framework that is written to go fast"
DESCRIPTION = "Serves HTTP/1.1 and WebSockets on asyncio, by itself or under any ASGI server."
HOMEPAGE = "https://sanic.dev"
BUGTRACKER = "https://github.com/sanic-org/sanic/issues"
SECTION = "devel/python"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=72f485002f8d965537e469a30e50998f"

SRC_URI[sha256sum] = "7b51bf608e4030f06a6c002cd08fed2872e4936527e63c9a8a97d5cd06a2b47f"

inherit pypi python_setuptools_build_meta

PACKAGECONFIG ??= "ujson uvloop"
PACKAGECONFIG[ujson] = ",,,python3-ujson"
PACKAGECONFIG[uvloop] = ",,,python3-uvloop"

# They decide what the wheel's metadata demands; the code takes what it finds.
export SANIC_NO_UJSON = "${@bb.utils.contains('PACKAGECONFIG', 'ujson', 'false', 'true', d)}"
export SANIC_NO_UVLOOP = "${@bb.utils.contains('PACKAGECONFIG', 'uvloop', 'false', 'true', d)}"

RDEPENDS:${PN} += "\
    python3-aiofiles \
    python3-asyncio \
    python3-core \
    python3-html5tagger \
    python3-httptools \
    python3-json \
    python3-logging \
    python3-multidict \
    python3-multiprocessing \
    python3-netclient \
    python3-sanic-routing \
    python3-setuptools \
    python3-tracerite \
    python3-typing-extensions \
    python3-websockets \
"

# Has the setuptools of scarthgap (69) build what is written for version 77 or newer, in which
# a licence is an expression (PEP 639). Newer releases of OpenEmbedded need none of this.

SETUPTOOLS_LACKS_PEP639 = "${@bb.utils.contains('LAYERSERIES_CORENAMES', 'scarthgap', '1', '', d)}"

PEP517_BUILD_OPTS:append = " ${@'--skip-dependency-check' if d.getVar('SETUPTOOLS_LACKS_PEP639') else ''}"

do_configure:append() {
    if [ -n "${SETUPTOOLS_LACKS_PEP639}" ]; then
        sed -i \
            -e 's/^license = "\(.*\)"$/license = {text = "\1"}/' \
            -e '/^license-files = \[$/,/^\]$/d' \
            -e '/^license-files = /d' \
            ${S}/pyproject.toml
    fi
}

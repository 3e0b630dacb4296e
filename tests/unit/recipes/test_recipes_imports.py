"""A piece of the standard library that is not on the device is missed there, so it is here."""

import json
from pathlib import Path

import pytest
from bitbake_check.imports import StandardLibrary

LIBDIR = "${libdir}/python${PYTHON_MAJMIN}"
MANIFEST = {
    "core": {"files": [f"{LIBDIR}/os.py"], "rdepends": []},
    "json": {"files": [f"{LIBDIR}/json"], "rdepends": ["core"]},
    "mmap": {"files": [f"{LIBDIR}/lib-dynload/mmap.*.so"], "rdepends": []},
    "netclient": {"files": [f"{LIBDIR}/http/__init__.py"], "rdepends": ["json"]},
}


@pytest.fixture
def library(tmp_path: Path) -> StandardLibrary:
    folder = tmp_path / "meta/recipes-devtools/python/python3"
    folder.mkdir(parents=True)
    (folder / "python3-manifest.json").write_text(f"# A comment.\n{json.dumps(MANIFEST, indent=1)}")
    return StandardLibrary(tmp_path)


@pytest.mark.parametrize(
    ("name", "source", "lacking"),
    [
        ("camerad/a.py", "import os, sys, time", set()),
        ("camerad/a.py", "import json.decoder", {"python3-json"}),
        ("camerad/a.py", "from http import client", {"python3-netclient"}),
        ("camerad/a.py", "def f():\n    import mmap", {"python3-mmap"}),
        ("camerad/a.py", "import secrets", {"python3-misc"}),
        ("camerad/a.py", "from camerad import json\nfrom . import mmap\nimport numpy", set()),
        ("camerad/a.py", "if TYPE_CHECKING:\n    import json", set()),
        ("other/a.py", "def f():\n    import mmap", set()),
        ("other/a.py", "try:\n    import mmap\nexcept ImportError:\n    mmap = None", set()),
        ("other/a.py", "class C:\n    import mmap", {"python3-mmap"}),
    ],
)
def test_finds_what_is_lacking(
    library: StandardLibrary, tmp_path: Path, name: str, source: str, lacking: set[str]
) -> None:
    tree = tmp_path / "tree"
    (tree / name).parent.mkdir(parents=True)
    (tree / name).write_text(source)
    assert set(library.lacking(tree, set())) == lacking


def test_what_brings_another_brings_that(library: StandardLibrary, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import json")
    assert library.lacking(tmp_path, {"python3-netclient", "libturbojpeg"}) == {}
    assert library.lacking(tmp_path, {"python3-mmap"}) == {"python3-json": "a.py imports json"}

"""What we believe of <linux/videodev2.h>, against what a compiler says.

What to compare is read from the code of camerad.capture: every name of v4l2-python3 or of our own
``abi`` that stands there, and every field of these structures that is used there.
"""

import ast
import ctypes
import functools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import v4l2

import camerad.capture
from camerad.capture import abi
from camerad.capture.formats import USABLE

MODULES = {"v4l2": v4l2, "abi": abi}
NOT_COMPARED = {"align", "reserved"}
"""One that only we have, and what older headers reserved of which newer ones have made fields."""
C_NAMES = {"secs": "tv_sec", "usecs": "tv_usec"}
COLORSPACES = range(16)


def nodes() -> Iterator[ast.AST]:
    for source in Path(camerad.capture.__file__).parent.glob("*.py"):
        yield from ast.walk(ast.parse(source.read_text()))


def used_names() -> dict[str, object]:
    """The values of all ``v4l2.X`` and ``abi.X``, and all public definitions of ``abi``."""
    names = {name: value for name, value in vars(abi).items() if is_of_header(name)}
    for node in nodes():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = MODULES.get(node.value.id)
            if module is not None and is_of_header(node.attr):
                names[node.attr] = getattr(module, node.attr)
    return names


def is_of_header(name: str) -> bool:
    return name.startswith(("V4L2_", "VIDIOC_", "v4l2_"))


def used_fields() -> set[str]:
    names = {node.attr for node in nodes() if isinstance(node, ast.Attribute)}
    names |= {node.arg for node in nodes() if isinstance(node, ast.keyword) and node.arg}
    own = [value for value in vars(abi).values() if is_structure(value)]
    return names | {field[0] for structure in own for field in structure._fields_} - NOT_COMPARED


def is_structure(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, (ctypes.Structure, ctypes.Union))


def places(structure: type, used: set[str]) -> Iterator[tuple[str, int, int]]:
    """Path in C, offset and size of each used field, and of the fields in it."""
    anonymous = getattr(structure, "_anonymous_", ())
    for name, kind in structure._fields_:
        offset = getattr(structure, name).offset
        if name not in anonymous and name not in used:
            continue
        prefix = "" if name in anonymous else C_NAMES.get(name, name)
        if prefix:
            yield prefix, offset, ctypes.sizeof(kind)
        if is_structure(kind):
            for path, inner, size in places(kind, used):
                yield f"{prefix}.{path}".lstrip("."), offset + inner, size


@functools.cache
def expectations() -> dict[str, int]:
    """C expressions, and what they have to be."""
    expected = {}
    used = used_fields()
    for name, value in used_names().items():
        if isinstance(value, int):
            expected[f"(unsigned){name}"] = value & 0xFFFFFFFF
        elif is_structure(value):
            expected[f"sizeof(struct {name})"] = ctypes.sizeof(value)
            for path, offset, size in places(value, used):
                expected[f"offsetof(struct {name}, {path})"] = offset
                expected[f"sizeof(((struct {name} *)0)->{path})"] = size
    for fourcc in USABLE:
        code = int.from_bytes(fourcc.encode(), "little")
        names = [name for name, value in vars(v4l2).items() if value == code]
        expected[f"(unsigned){next(name for name in names if is_of_header(name))}"] = code
    for rgb in (0, 1):
        for colorspace in COLORSPACES:
            expression = f"(unsigned)V4L2_MAP_QUANTIZATION_DEFAULT({rgb}, {colorspace}, 0)"
            expected[expression] = abi.map_quantization_default(
                rgb=bool(rgb), colorspace=colorspace
            )
    return expected


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """What the header says of each expression."""
    lines = [
        f'printf("%s\\"%s\\": %lu", separator, "{expression}", (unsigned long)({expression}));'
        'separator = ", ";'
        for expression in expectations()
    ]
    program = "\n".join(
        [
            "#include <linux/videodev2.h>",
            "#include <stddef.h>",
            "#include <stdio.h>",
            'int main(void) { const char *separator = "{";',
            *lines,
            'printf("}"); }',
        ]
    )
    binary = tmp_path_factory.mktemp("probe") / "probe"
    compile_ = ["gcc", "-x", "c", "-o", str(binary), "-"]
    subprocess.run(compile_, input=program, text=True, check=True)
    output = subprocess.run([binary], capture_output=True, text=True, check=True).stdout
    return json.loads(output)


def test_header_agrees(compiled: dict[str, int]) -> None:
    assert compiled == expectations()


@pytest.mark.parametrize(
    "expression",
    [
        "(unsigned)VIDIOC_DQBUF",
        "(unsigned)VIDIOC_SUBSCRIBE_EVENT",
        "(unsigned)V4L2_BUF_FLAG_ERROR",
        "(unsigned)V4L2_PIX_FMT_YUYV",
        "sizeof(struct v4l2_format)",
        "offsetof(struct v4l2_pix_format, quantization)",
        "offsetof(struct v4l2_buffer, timestamp.tv_usec)",
        "offsetof(struct v4l2_buffer, m.offset)",
        "offsetof(struct v4l2_streamparm, parm.capture.timeperframe.numerator)",
        "offsetof(struct v4l2_frmsizeenum, stepwise.max_width)",
        "offsetof(struct v4l2_frmivalenum, stepwise.max.denominator)",
        "offsetof(struct v4l2_event, u.src_change.changes)",
        "offsetof(struct v4l2_event, timestamp.tv_nsec)",
    ],
)
def test_the_list_is_not_empty_where_it_matters(expression: str) -> None:
    assert expression in expectations()

"""What is wrong with a value, in words that name what would be right."""

import re
import typing
from collections.abc import Iterator

import msgspec
from msgspec import Struct, structs

_MESSAGE = re.compile(
    r"^(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<where>[^`]*)`)?$", re.DOTALL
)
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>[^`]*)`$", re.DOTALL)


class Fault(Struct, frozen=True):
    what: str
    where: str
    """Inside the value: ``[1].name``; empty for the value itself."""
    in_key: bool
    """Not a value but a key of a mapping is wrong."""


def find_fault(value: object, expected: object) -> Fault | None:
    """The first fault of ``value``, if it is not of the type ``expected``."""
    try:
        msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        message = _MESSAGE.match(str(error))
        assert message is not None
        return Fault(message["what"], message["where"] or "", message["key"] is not None)
    return None


def explain(path: str, fault: Fault, expected: object) -> str:
    """``camera.default_framerate: expected int <= 1000``."""
    if unknown := _UNKNOWN.match(fault.what):
        return f"{path}.{unknown['name']}: unknown key"
    what = fault.what.replace("`", "")
    if what.startswith("Invalid enum value"):
        what = "Expected " + " or ".join(f'"{word}"' for word in _literals(expected))
    elif "matching regex" in what:
        what = f"Expected something like {_example(expected, fault.what)}"
    of_key = " (as a key)" if fault.in_key else ""
    return f"{path}: {what[0].lower()}{what[1:]}{of_key}"


def _literals(expected: object) -> list[str]:
    found = [part for part in _parts(expected) if typing.get_origin(part) is typing.Literal]
    return [str(word) for literal in found for word in typing.get_args(literal)]


def _example(expected: object, message: str) -> str:
    """The example beside the pattern that ``message`` quotes."""
    for part in _parts(expected):
        if isinstance(part, msgspec.Meta) and part.pattern and repr(part.pattern) in message:
            return str((part.examples or [part.pattern])[0])
    return message


def _parts(expected: object) -> Iterator[object]:
    """A type, all types it is made of, and what is annotated to them."""
    yield expected
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
        parts: tuple[object, ...] = tuple(field.type for field in structs.fields(expected))
    else:
        parts = (*typing.get_args(expected), *getattr(expected, "__metadata__", ()))
    for part in parts:
        yield from _parts(part)

"""From what people wrote to a ``Config``, or to a list of all that is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import structs

from camerad.config.faults import explain, find_fault
from camerad.config.rules import conflicts
from camerad.config.schema import Config

SECTIONS: Final[Mapping[str, Any]] = {field.name: field.type for field in structs.fields(Config)}
"""The struct of each section."""


def build(document: Mapping[str, object]) -> tuple[Config | None, list[str]]:
    """The configuration; or ``None``, and every fault as ``section.key: what was expected``."""
    problems = find_problems(document)
    if problems:
        return None, problems
    config = msgspec.convert(document, Config)
    problems = conflicts(config)
    return (None, problems) if problems else (config, [])


def find_problems(document: Mapping[str, object]) -> list[str]:
    """Every fault of the values for themselves."""
    return [
        problem for section, body in document.items() for problem in section_problems(section, body)
    ]


def section_problems(section: str, body: object) -> Iterator[str]:
    if section not in SECTIONS:
        yield f"{section}: unknown section"
        return
    if not isinstance(body, Mapping):
        yield f"{section}: expected an object with the section's keys"
        return
    types = key_types(section)
    for key, value in body.items():
        path = f"{section}.{key}"
        if key in types:
            yield from _value_problems(path, value, types[key])
        else:
            yield f"{path}: unknown key"


def key_types(section: str) -> dict[str, object]:
    """The type of each key of a section, with its ``msgspec.Meta``."""
    return {field.name: field.type for field in structs.fields(SECTIONS[section])}


def _value_problems(path: str, value: object, expected: object) -> Iterator[str]:
    fault = find_fault(value, expected)
    if fault is None:
        return
    if isinstance(value, Mapping) and (fault.where or fault.in_key):
        # msgspec does not say which item of a mapping it means.
        for key, item in value.items():
            item_fault = find_fault({key: item}, expected)
            if item_fault:
                yield explain(f"{path}.{key}", item_fault, expected)
    else:
        yield explain(path + fault.where, fault, expected)

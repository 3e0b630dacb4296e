"""Finding the configuration at start: defaults < configuration file < what the API changed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from camerad.config.faults import find_fault
from camerad.config.layers import Layer, overlay
from camerad.config.store import ConfigStore
from camerad.config.validate import SECTIONS, build, find_problems, key_types, section_problems
from camerad.errors import StartupError
from camerad.storage.backed import BackedFile

DEFAULT_FILE: Final = Path("/etc/camerad/camerad.toml")


def load(state_dir: Path, config_file: Path | None = None) -> ConfigStore:
    """Read the configuration; ``config_file`` is ``DEFAULT_FILE``, if it exists, unless named.

    Raises ``StartupError`` for a bad configuration file. What the API wrote into the state
    directory never stops the start: what is unusable of it is left out, with a warning.
    """
    base = _read_base(config_file)
    file = BackedFile(state_dir / "config.json")
    loaded = file.read(_parse_changes)
    warnings = [loaded.warning] if loaded.warning else []
    changes, unusable = _usable(base, loaded.value or {})
    return ConfigStore(file, base, changes, warnings + unusable)


def check(config_file: Path) -> list[str]:
    """Everything that is wrong with a configuration file, one line each; empty if it is good."""
    return _examine(config_file)[1]


def _read_base(config_file: Path | None) -> Layer:
    if config_file is None:
        if not DEFAULT_FILE.exists():
            return {}
        config_file = DEFAULT_FILE
    document, problems = _examine(config_file)
    if problems:
        more = f" (and {len(problems) - 1} more)" if problems[1:] else ""
        raise StartupError(f"{config_file}: {problems[0]}{more}")
    return document


def _examine(config_file: Path) -> tuple[Layer, list[str]]:
    # Costs a start without a file 3 ms.
    import tomllib  # noqa: PLC0415

    try:
        with config_file.open("rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        return {}, [f"cannot be read: {error.strerror}"]
    except ValueError as error:
        return {}, [f"is no TOML: {error}"]
    document = {section: _with_nulls(section, body) for section, body in document.items()}
    return document, build(document)[1]


def _with_nulls(section: str, body: object) -> object:
    """TOML has no null: the empty string stands for it, wherever null is a value."""
    if section not in SECTIONS or not isinstance(body, Mapping):
        return body
    types = key_types(section)
    return {
        key: None if value == "" and find_fault(None, types.get(key)) is None else value
        for key, value in body.items()
    }


def _parse_changes(data: bytes) -> dict[str, dict[str, object]]:
    return msgspec.json.decode(data, type=dict[str, dict[str, object]])


def _usable(base: Layer, changes: Layer) -> tuple[Layer, list[str]]:
    """What can be used of the stored changes, and why the rest cannot.

    A system that was rolled back finds keys there that only the newer one knows, and an edited
    configuration file may contradict some: all others must stay as they were set.
    """
    problems = find_problems(changes)
    good = {
        section: {
            key: value
            for key, value in body.items()
            if not any(section_problems(section, {key: value}))
        }
        for section, body in changes.items()
        if section in SECTIONS
    }
    contradictions = build(overlay(base, good))[1]
    for section in {problem.partition(".")[0] for problem in contradictions}:
        good.pop(section, None)
    if build(overlay(base, good))[1]:
        good = {}
    return good, [f"a stored setting is not used: {why}" for why in problems + contradictions]

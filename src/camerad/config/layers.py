"""Settings by section and key, in layers that lie on each other."""

from collections.abc import Mapping

Layer = Mapping[str, Mapping[str, object]]
"""Values by section and key, as JSON types; a key that is missing shows the layer below."""


def overlay(lower: Layer, upper: Layer) -> dict[str, dict[str, object]]:
    """Both layers as one, in which a key of ``upper`` hides the same key of ``lower``."""
    return {
        section: {**lower.get(section, {}), **upper.get(section, {})}
        for section in {**lower, **upper}
    }


def unwrap(section: str, body: object) -> object:
    """A section's body out of ``{section: body}``, if it comes so wrapped."""
    if isinstance(body, Mapping) and set(body) == {section}:
        return body[section]
    return body


def merge_patch(target: Mapping[str, object], patch: Mapping[str, object]) -> dict[str, object]:
    """``patch`` merged into a section. Of a value that is itself a mapping, keys are merged too,
    and ``null`` removes one (RFC 7396); for the section's own keys ``null`` is a value.
    """
    return {**target, **{key: _merged(target.get(key), value) for key, value in patch.items()}}


def _merged(old: object, new: object) -> object:
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    return {key: value for key, value in {**old, **new}.items() if value is not None}

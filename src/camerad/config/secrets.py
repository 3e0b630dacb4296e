"""Secrets in the configuration: taken, kept, never shown."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import structs

from camerad.config.schema import SECRET, Onvif, OnvifDevice, OnvifUser


def without_secrets(value: object) -> object:
    """A struct as plain JSON types, without its secret fields at any depth."""
    if isinstance(value, msgspec.Struct):
        return {
            field.name: without_secrets(getattr(value, field.name))
            for field in structs.fields(value)
            if not is_marked(field.type, SECRET)
        }
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return msgspec.to_builtins(value)


def is_marked(annotation: object, mark: Mapping[str, Any]) -> bool:
    """Whether a field's type carries one of the schema's marks."""
    return any(
        mark.items() <= (meta.extra_json_schema or {}).items()
        for meta in getattr(annotation, "__metadata__", ())
    )


def keep_passwords(onvif: Mapping[str, object], current: Onvif) -> dict[str, object]:
    """A new section ``onvif`` with the passwords that it leaves out, as a client that writes back
    what it has read must.

    A password is kept only for the same device, address and user: a changed address would have
    it sent elsewhere.
    """
    known: list[OnvifDevice | OnvifUser] = [*current.devices, *current.users]
    kept = {_identity(msgspec.to_builtins(entry)): entry.password for entry in known}
    return {
        key: [_keep_password(entry, kept) for entry in value]
        if key in ("devices", "users") and isinstance(value, list)
        else value
        for key, value in onvif.items()
    }


def _keep_password(entry: object, kept: Mapping[tuple[str, ...], str | None]) -> object:
    if not isinstance(entry, Mapping) or "password" in entry:
        return entry
    password = kept.get(_identity(entry))
    return {**entry, "password": password} if password else entry


def _identity(entry: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(entry.get(key)) for key in ("uuid", "address", "username"))

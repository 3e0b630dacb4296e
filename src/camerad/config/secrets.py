"""Secrets in the configuration: taken, kept, never shown."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import structs

from camerad.config.schema import SECRET, Onvif, OnvifDevice


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
    devices = onvif.get("devices")
    if not isinstance(devices, list):
        return dict(onvif)
    known = {_identity(msgspec.to_builtins(device)): device for device in current.devices}
    return {**onvif, "devices": [_keep_password(device, known) for device in devices]}


def _keep_password(device: object, known: Mapping[tuple[str, ...], OnvifDevice]) -> object:
    if not isinstance(device, Mapping) or "password" in device:
        return device
    same = known.get(_identity(device))
    return {**device, "password": same.password} if same else device


def _identity(device: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(device.get(key)) for key in ("uuid", "address", "username"))

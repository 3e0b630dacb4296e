"""The names that devices have for ever, in the ways they are written."""

import re
from typing import Final

_UUID: Final = re.compile(r"(?:urn:)?uuid:([0-9A-Za-z._-]{1,128})", re.IGNORECASE)


def urn(address: str) -> str | None:
    """``urn:uuid:...`` for an endpoint address with or without the ``urn:``; None if it is none."""
    parts = _UUID.fullmatch(address)
    return parts and f"urn:uuid:{parts[1].lower()}"


def key(device_id: str) -> str:
    """What is the same for all ways to write the name of one device."""
    parts = _UUID.fullmatch(device_id)
    return (parts[1] if parts else device_id).lower()

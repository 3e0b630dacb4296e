"""What went out to the clients of live streams."""

from msgspec import Struct


class Traffic(Struct):
    """Counts since the start, over all clients: those that have left too."""

    sent_bytes: int = 0
    sent_parts: int = 0
    skipped_parts: int = 0
    """Replaced by newer ones before a client that reads slowly could be sent them."""

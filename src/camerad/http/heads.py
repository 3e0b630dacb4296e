"""What the head of a request may look like, beyond what Sanic looks at."""

from typing import Final

from sanic import Request
from sanic.exceptions import PayloadTooLarge, URITooLong

HEAD_LIMIT_BYTES: Final = 16 * 1024
"""The whole head. Browsers send one to two KiB."""
URL_LIMIT_BYTES: Final = 8 * 1024
MAX_HEADERS: Final = 100


def check_head(request: Request) -> None:
    """Raises ``URITooLong`` or ``PayloadTooLarge``; Sanic itself sees to the whole head."""
    if len(request.raw_url) > URL_LIMIT_BYTES:
        raise URITooLong
    if len(request.headers) > MAX_HEADERS:
        raise PayloadTooLarge

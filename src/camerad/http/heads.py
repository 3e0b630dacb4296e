"""What the head of a request may look like, beyond what Sanic looks at."""

import re
from typing import Final

from sanic import Request
from sanic.exceptions import BadRequest, SanicException, URITooLong

HEAD_LIMIT_BYTES: Final = 16 * 1024
"""The whole head. Browsers send one to two KiB."""
URL_LIMIT_BYTES: Final = 8 * 1024
MAX_HEADERS: Final = 100

_FIELDS: Final = re.compile(
    rb"[^\r\n]*+(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]++:[^\x00-\x08\x0a-\x1f\x7f]*+)*+"
)
"""A request line, and fields as RFC 9112 writes them."""


class HeadTooLarge(SanicException):
    """The headers are too many, or too large (RFC 6585)."""

    status_code = 431
    quiet = True


def too_large(head: bytes | bytearray) -> SanicException:
    """What is wrong with a head over the limit, of which this much has come."""
    has_line = b"\r\n" in head[:URL_LIMIT_BYTES]
    return HeadTooLarge() if has_line else URITooLong()


def check_fields(head: bytes) -> None:
    """Raises ``BadRequest`` for a field that a proxy may read as another one than Sanic does:
    behind ``Content-Length : 5`` a second request could hide.
    """
    if not _FIELDS.fullmatch(head):
        raise BadRequest


def check_head(request: Request) -> None:
    """Raises ``URITooLong``, ``HeadTooLarge`` or ``BadRequest``; of a head of up to
    ``HEAD_LIMIT_BYTES``.
    """
    if len(request.raw_url) > URL_LIMIT_BYTES:
        raise URITooLong
    if len(request.headers) > MAX_HEADERS:
        raise HeadTooLarge
    check_fields(request.head)

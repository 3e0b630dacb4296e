"""What clients ask for, out of queries and bodies: checked once, here."""

import re
from typing import Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from sanic import Request

from camerad.errors import InvalidRequest, UnsupportedMediaType

T = TypeVar("T")

_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


def text(request: Request, name: str) -> str | None:
    """A query parameter, given at most once."""
    values = request.get_args(keep_blank_values=True).getlist(name, [])
    if len(values) > 1:
        raise InvalidRequest(f"The parameter {name} is given more than once")
    return str(values[0]) if values else None


def whole_number(request: Request, name: str, lowest: int, highest: int) -> int | None:
    """A query parameter in decimal digits, within bounds."""
    value = text(request, name)
    if value is None:
        return None
    if not _WHOLE_NUMBER.fullmatch(value) or not lowest <= int(value) <= highest:
        raise InvalidRequest(
            f"The parameter {name} is out of range",
            f"{name} is a whole number from {lowest} to {highest}",
        )
    return int(value)


def quality(request: Request) -> int | None:
    """``?quality=``: a JPEG quality; None leaves it to the camera."""
    return whole_number(request, "quality", 1, 100)


def camera(request: Request) -> int | None:
    """``?camera=``: a camera's number; None is the active one."""
    return whole_number(request, "camera", 0, 999)


def body(request: Request, kind: type[T]) -> T:
    """The request's body, JSON or a form, as ``kind``; an empty body leaves every default."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if not request.body:
            return msgspec.convert({}, kind)
        if media_type == "application/json":
            return msgspec.json.decode(request.body, type=kind)
        if media_type == "application/x-www-form-urlencoded":
            return msgspec.convert(_form(request.body), kind, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest("The request body is not valid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("The request body cannot be read", str(error)) from None
    raise UnsupportedMediaType(
        "The request body has the wrong media type", "Send Content-Type: application/json"
    )


def _form(encoded: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100
        )
    except ValueError:
        raise InvalidRequest(
            "The request body is not a form", "Send JSON with Content-Type: application/json"
        ) from None
    return dict(pairs)

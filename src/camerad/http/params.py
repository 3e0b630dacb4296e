"""What clients ask for: the query parameters that several routes share, and bodies."""

from typing import Annotated, Any, Final, TypeVar, get_origin
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct
from sanic import Request

from camerad.errors import InvalidRequest, UnsupportedMediaType
from camerad.http.operation import Query

T = TypeVar("T")

QUALITY: Final = Query[int](
    "quality",
    Annotated[int, Meta(ge=1, le=100)],
    "JPEG quality. Without it a camera's own JPEG is passed through, and a raw picture gets 85.",
)
CAMERA: Final = Query[int](
    "camera", Annotated[int, Meta(ge=0, le=999)], "A camera's number; the active one, unless given."
)


def body(request: Request, kind: type[T]) -> T:
    """The request's body, JSON or a form, as ``kind``; an empty body leaves every default."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if not request.body:
            return msgspec.convert({}, kind)
        if media_type == "application/json":
            return msgspec.convert(_whole(msgspec.json.decode(request.body)), kind)
        if media_type == "application/x-www-form-urlencoded":
            return msgspec.convert(_form(request.body, _fields(kind)), kind, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest("The request body is not valid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest("The request body cannot be read", str(error)) from None
    raise UnsupportedMediaType(
        "The request body has the wrong media type", "Send Content-Type: application/json"
    )


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same JSON with its whole numbers whole: some clients write 8 as 8.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return value


def _fields(kind: type) -> set[str] | None:
    """The names that a form can have a meaning under; None where any can."""
    # From Python 3.14 on, `dict[str, object]` is no class.
    if get_origin(kind) or not issubclass(kind, Struct):
        return None
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def _form(encoded: bytes, known: set[str] | None) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100
        )
    except ValueError:
        raise InvalidRequest(
            "The request body is not a form", "Send JSON with Content-Type: application/json"
        ) from None
    given = [name for name, _ in pairs if known is None or name in known]
    if len(set(given)) < len(given):
        raise InvalidRequest("The request body has a field more than once")
    return dict(pairs)

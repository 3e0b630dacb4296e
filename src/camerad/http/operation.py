"""What an operation of the API demands, takes and gives.

Requests are checked and the OpenAPI document is written from these same declarations.
"""

import re
from typing import Any, Final, Generic, TypeVar, get_origin

import msgspec
from msgspec import Struct
from sanic import Request

from camerad.accounts.roles import Role
from camerad.errors import CameradError, InvalidRequest
from camerad.http.limits import Limit

T = TypeVar("T")

BODY_LIMIT_BYTES: Final = 1 << 20
"""Far above any JSON of the API; what is larger is a mistake or an attack."""


class Query(Generic[T]):
    """A query parameter: read, checked and described by one type."""

    def __init__(self, name: str, kind: Any, description: str, *, alias: str = "") -> None:  # noqa: ANN401 - an annotated type is no `type`
        """``kind`` is a type, with its limits, that msgspec knows; ``alias`` another name."""
        self.name = name
        self.kind = kind
        self.description = description
        self.alias = alias

    def of(self, request: Request) -> T | None:
        """What the client gave, at most once and under one name; None if nothing."""
        try:
            args = request.get_args(keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise InvalidRequest("The query is not UTF-8") from None
        values = [value for name in (self.name, self.alias) for value in args.getlist(name, [])]
        if not values:
            return None
        if len(values) > 1:
            raise InvalidRequest(f"The parameter {self.name} is given more than once")
        try:
            return self._convert(values[0])
        except msgspec.ValidationError as error:
            raise InvalidRequest(
                f"The parameter {self.name} is not valid", f"{self.name}: {error}"
            ) from None

    def _convert(self, value: str) -> T:
        # msgspec takes 1e2 for a whole number; nobody means it.
        whole = get_origin(self.kind) is not None and self.kind.__origin__ is int
        if whole and not value.removeprefix("-").isdigit():
            raise msgspec.ValidationError("Expected `int`, in decimal digits")
        converted: T = msgspec.convert(value, self.kind, strict=False)
        return converted


class Media(Struct, frozen=True):
    """A body that is no JSON."""

    type: str
    description: str
    fields: Any = None
    """The type of a form's fields, by name; ``bytes`` stand for a file."""


class Operation(Struct, frozen=True, kw_only=True):
    """One method of one resource."""

    summary: str
    role: Role | None
    """Who may call it; None opens it to all."""
    limit: Limit | None
    """What it counts as; None leaves it unlimited."""
    method: str = "GET"
    path: dict[str, str] = {}
    """What the parameters of its path are, by name."""
    query: tuple[Query[Any], ...] = ()
    body: Any = None
    """The type of the request's body: of its JSON, unless it is a ``Media``."""
    answer: Any = None
    """The type of the answer's body: of its JSON, unless it is a ``Media``, or several of them."""
    status: int = 200
    etag: bool = False
    """Its answer has an ETag, and If-None-Match may spare it: 304."""
    ranges: bool = False
    """Its answer can be had in part, by Range and If-Range: 206, 416."""
    errors: tuple[type[CameradError], ...] = ()
    """Beyond those that every operation of its kind can end with."""


def plain_path(path: str) -> str:
    """``/files/{name}`` for ``/files/<name:path>``, as Sanic writes it."""
    return re.sub(r"<(\w+)[^>]*>", r"{\1}", path)

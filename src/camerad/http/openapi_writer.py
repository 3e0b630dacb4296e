"""Operations in the words of OpenAPI."""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Struct

from camerad.errors import (
    InvalidCredentials,
    Overloaded,
    PermissionDenied,
    RateLimited,
    UnsupportedMediaType,
)
from camerad.http.errors import FOR_STATUS, ErrorAnswer
from camerad.http.operation import Media, Operation

Json = dict[str, Any]

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

SECURITY: Final[dict[str, Json]] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "token": {"type": "apiKey", "in": "query", "name": "token"},
}

REQUEST_HEADERS: Final = {
    "If-None-Match": "ETags of answers that the client has: is the answer one of them, 304.",
    "Range": "The bytes wanted: `bytes=0-99`, `bytes=100-` or `bytes=-100`.",
    "If-Range": "An ETag or a date: is the file another by now, all of it is sent.",
}
HEADERS: Final[dict[str, tuple[str, str]]] = {
    "X-RateLimit-Limit": ("integer", "Requests a second that this client may make of this class."),
    "X-RateLimit-Remaining": ("integer", "Requests that it could make now."),
    "X-RateLimit-Reset": ("integer", "When all are there again, in seconds since the epoch."),
    "Retry-After": ("integer", "Seconds after which the request will be let through."),
    "WWW-Authenticate": ("string", "The schemes Bearer and Basic."),
    "ETag": ("string", "Names this very answer."),
    "Content-Range": ("string", "Which bytes these are, and of how many."),
}
LIMIT_HEADERS: Final = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
ERROR_HEADERS: Final = {401: ("WWW-Authenticate",), 429: ("Retry-After", *LIMIT_HEADERS)}

ANY_TIME: Final = (400, 408, 413, 414, 417, 431, 503)
"""How a request can end whatever it asks for, before anyone has looked."""


def endings(operation: Operation) -> dict[int, list[str]]:
    """Every error that an operation can end with: codes by status."""
    errors = list(operation.errors)
    if operation.role is not None:
        # A Basic login can fail too often, or be one of too many.
        errors += [InvalidCredentials, PermissionDenied, RateLimited, Overloaded]
    if operation.method != "GET":
        errors.append(PermissionDenied)  # to the page of another site
    if operation.limit is not None:
        errors.append(RateLimited)
    if operation.body is not None:
        errors.append(UnsupportedMediaType)
    pairs = [(error.status, error.code) for error in errors]
    pairs += [(status, FOR_STATUS[status][0]) for status in ANY_TIME]
    pairs += [(416, FOR_STATUS[416][0])] if operation.ranges else []
    found: dict[int, list[str]] = {}
    for status, code in sorted({*pairs, (500, "INTERNAL_ERROR")}):
        found.setdefault(status, []).append(code)
    return found


class Writer:
    """Writes operations, and the components that they refer to."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        kinds = [kind for operation in operations for kind in _kinds(operation)]
        schemas, self._components = msgspec.json.schema_components(
            [*kinds, ErrorAnswer], ref_template="#/components/schemas/{name}"
        )
        for schema in self._components.values():
            _send_bytes_as_they_are(schema)
        self._error = schemas[-1]
        # By identity: not every type can be hashed, and each is held by its operation.
        self._schemas = dict(zip(map(id, kinds), schemas, strict=False))
        self._responses: dict[str, Json] = {}

    def components(self) -> Json:
        return {
            "schemas": self._components,
            "responses": self._responses,
            "headers": {
                name: {"description": text, "schema": {"type": kind}}
                for name, (kind, text) in HEADERS.items()
            },
            "securitySchemes": SECURITY,
        }

    def operation(self, path: str, operation: Operation, resource: str) -> Json:
        written = {
            "operationId": re.sub(r"\W+", "_", f"{operation.method.lower()}{path}").strip("_"),
            "summary": operation.summary,
            "tags": [resource],
            "parameters": [*_path(path, operation), *self._query(operation), *_headers(operation)],
            "requestBody": self._body(operation.body),
            "responses": {**dict(self._answers(operation)), **self._errors(operation)},
            "x-required-role": operation.role and operation.role.value,
        }
        return {
            **{name: value for name, value in written.items() if value},
            "security": _security(operation),
        }

    def _query(self, operation: Operation) -> Iterator[Json]:
        for query in operation.query:
            # One parameter with two names: OpenAPI could say only that there are two parameters.
            also = f" Its other name is `{query.alias}`." if query.alias else ""
            yield {
                "name": query.name,
                "in": "query",
                "description": query.description + also,
                "schema": self._schemas[id(query.kind)],
            }

    def _body(self, body: Any) -> Json | None:  # noqa: ANN401 - any type that has a schema
        if body is None:
            return None
        if isinstance(body, Media):
            return {"description": body.description, "required": True, "content": self._of(body)}
        schema = {"schema": self._schemas[id(body)]}
        if not isinstance(body, type) or not issubclass(body, Struct):
            return {"required": True, "content": {JSON: schema}}
        needed = any(field.required for field in msgspec.structs.fields(body))
        return {"required": needed, "content": {JSON: schema, FORM: schema}}

    def _answers(self, operation: Operation) -> Iterator[tuple[str, Json]]:
        answer = operation.answer
        media = [part for part in _listed(answer) if isinstance(part, Media)]
        description = " ".join(part.description for part in media)
        content = {JSON: {"schema": self._schemas[id(answer)]}} if answer and not media else {}
        for part in media:
            content |= self._of(part)
        headers = [*(LIMIT_HEADERS if operation.limit else ()), *(["ETag"] * operation.etag)]
        yield _answer(operation.status, description, content, headers)
        if operation.ranges:
            yield _answer(206, "The bytes of Range.", content, [*headers, "Content-Range"])
        if operation.etag:
            yield _answer(304, "The client has it already.", {}, headers)

    def _of(self, media: Media) -> Json:
        """Any bytes are an instance of no schema."""
        return {media.type: {"schema": self._schemas[id(media.fields)]} if media.fields else {}}

    def _errors(self, operation: Operation) -> Json:
        return {
            str(status): self._error_answer(status, codes)
            for status, codes in endings(operation).items()
        }

    def _error_answer(self, status: int, codes: Sequence[str]) -> Json:
        """A reference, since many operations end alike."""
        name = "-".join([str(status), *codes])
        code = {"properties": {"error": {"properties": {"code": {"enum": codes}}}}}
        content = {JSON: {"schema": {"allOf": [self._error, code]}}}
        words = [FOR_STATUS[status][1]] if status in ANY_TIME[:-1] else map(_in_words, codes)
        description = " or ".join(words)
        _, self._responses[name] = _answer(
            status, description, content, ERROR_HEADERS.get(status, ())
        )
        return {"$ref": f"#/components/responses/{name}"}


def _send_bytes_as_they_are(schema: Json) -> None:
    """Bytes are the file in a form; what msgspec describes is how it would put them into JSON."""
    for field in schema.get("properties", {}).values():
        if field.pop("contentEncoding", None):
            field["format"] = "binary"


def _in_words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _kinds(operation: Operation) -> Iterator[Any]:
    """Every type that an operation takes or gives."""
    for query in operation.query:
        yield query.kind
    for part in (operation.body, *_listed(operation.answer)):
        kind = part.fields if isinstance(part, Media) else part
        if kind is not None:
            yield kind


def _listed(answer: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any type that has a schema
    return answer if isinstance(answer, tuple) else (answer,)


def _path(path: str, operation: Operation) -> Iterator[Json]:
    for name in re.findall(r"<(\w+)", path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": operation.path[name],
            "schema": {"type": "string", "minLength": 1},
        }


def _headers(operation: Operation) -> Iterator[Json]:
    names = ["If-None-Match"] if operation.etag else []
    names += ["Range", "If-Range"] if operation.ranges else []
    for name in names:
        schema = {"type": "string"}
        description = REQUEST_HEADERS[name]
        yield {"name": name, "in": "header", "description": description, "schema": schema}


def _security(operation: Operation) -> list[Json]:
    if operation.role is None:
        return []
    ways = ["bearer", "basic", "token"] if operation.method == "GET" else ["bearer", "basic"]
    return [{way: []} for way in ways]


def _answer(
    status: int, description: str, content: Json, headers: Sequence[str]
) -> tuple[str, Json]:
    written = {
        "description": description or HTTPStatus(status).phrase,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": content,
    }
    return str(status), {name: value for name, value in written.items() if value}

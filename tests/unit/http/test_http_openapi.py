from typing import Annotated

import msgspec
import pytest
from openapi_spec_validator import validate

from camerad import errors
from camerad.accounts.roles import Role
from camerad.errors import FileExists, NotFound
from camerad.http.limits import Limit
from camerad.http.openapi import document
from camerad.http.openapi_writer import endings
from camerad.http.operation import Media, Operation, Query, plain_path

NUMBER = Annotated[int, msgspec.Meta(ge=1, le=9)]


class Wish(msgspec.Struct):
    """What is wanted."""

    name: str
    level: NUMBER = 5


class Hint(msgspec.Struct):
    level: NUMBER = 5


class Form(msgspec.Struct):
    file: bytes
    path: str = ""


def operation(**fields):
    return Operation(**{"summary": "Something", "role": None, "limit": None, **fields})


def written(at="/a", **fields):
    """An operation as the document has it, and the document."""
    one = operation(**fields)
    whole = document({at: [one]}, {at: "things"})
    validate(whole)
    return whole["paths"][plain_path(at)][one.method.lower()], whole


def followed(node, whole):
    while "$ref" in node:
        found = whole
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        node = found
    return node


ANY_TIME = {
    400: ["INVALID_REQUEST"],
    408: ["INVALID_REQUEST"],
    413: ["PAYLOAD_TOO_LARGE"],
    414: ["INVALID_REQUEST"],
    417: ["INVALID_REQUEST"],
    431: ["INVALID_REQUEST"],
    500: ["INTERNAL_ERROR"],
    503: ["OVERLOADED"],
}
WITH_ROLE = {401: ["INVALID_CREDENTIALS"], 403: ["PERMISSION_DENIED"], 429: ["RATE_LIMITED"]}


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ({}, {}),
        ({"role": Role.VIEWER}, WITH_ROLE),
        ({"limit": Limit.API}, {429: ["RATE_LIMITED"]}),
        ({"method": "DELETE"}, {403: ["PERMISSION_DENIED"]}),
        ({"body": Wish}, {415: ["UNSUPPORTED_MEDIA_TYPE"]}),
        ({"ranges": True}, {416: ["RANGE_NOT_SATISFIABLE"]}),
        ({"errors": (NotFound, FileExists)}, {404: ["NOT_FOUND"], 409: ["FILE_EXISTS"]}),
        (
            {"errors": (NotFound, errors.FileMissing, errors.CameraNotConnected)},
            {
                404: ["FILE_NOT_FOUND", "NOT_FOUND"],
                503: ["CAMERA_NOT_CONNECTED", "OVERLOADED"],
            },
        ),
    ],
)
def test_endings_follow_from_the_declaration(fields, more):
    assert endings(operation(**fields)) == {**ANY_TIME, **more}


def test_every_ending_is_an_answer_of_its_status_and_codes():
    one, whole = written(role=Role.ADMIN, errors=(errors.FileMissing, NotFound))
    answer = followed(one["responses"]["404"], whole)
    envelope, code = answer["content"]["application/json"]["schema"]["allOf"]
    assert code["properties"]["error"]["properties"]["code"]["enum"] == [
        "FILE_NOT_FOUND",
        "NOT_FOUND",
    ]
    error = followed(followed(envelope, whole)["properties"]["error"], whole)
    assert set(error["required"]) == {"code", "message", "details", "timestamp"}


@pytest.mark.parametrize(
    ("method", "role", "ways"),
    [
        ("GET", Role.VIEWER, ["bearer", "basic", "token"]),
        ("POST", Role.OPERATOR, ["bearer", "basic"]),
        ("GET", None, []),
    ],
)
def test_credentials(method, role, ways):
    one, whole = written(method=method, role=role)
    assert [way for ways in one["security"] for way in ways] == ways
    assert one.get("x-required-role") == (role and role.value)
    assert set(ways) <= set(whole["components"]["securitySchemes"])


def test_headers_are_told_where_they_are_sent():
    one, whole = written(role=Role.VIEWER, limit=Limit.API, etag=True, ranges=True)
    limits = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}

    def headers(status):
        return set(followed(one["responses"][status], whole).get("headers", {}))

    assert headers("200") == headers("304") == {*limits, "ETag"}
    assert headers("206") == {*limits, "ETag", "Content-Range"}
    assert headers("429") == {*limits, "Retry-After"}
    assert headers("401") == {"WWW-Authenticate"}
    assert [part["name"] for part in one["parameters"]] == ["If-None-Match", "Range", "If-Range"]


def test_parameters_of_path_and_query():
    query = Query[int]("level", NUMBER, "How much.", alias="degree")
    one, _ = written("/files/<name:path>", path={"name": "Which."}, query=(query,))
    schema = {"type": "integer", "minimum": 1, "maximum": 9}
    assert one["parameters"] == [
        {
            "name": "name",
            "in": "path",
            "required": True,
            "description": "Which.",
            "schema": {"type": "string", "minLength": 1},
        },
        {
            "name": "level",
            "in": "query",
            "description": "How much. Its other name is `degree`.",
            "schema": schema,
        },
    ]


@pytest.mark.parametrize(("kind", "required"), [(Wish, True), (Hint, False)])
def test_a_body_may_be_json_or_a_form(kind, required):
    one, whole = written(method="POST", body=kind)
    body = one["requestBody"]
    assert body["required"] is required
    assert set(body["content"]) == {"application/json", "application/x-www-form-urlencoded"}
    for content in body["content"].values():
        assert followed(content["schema"], whole)["properties"]["level"]["maximum"] == 9


def test_a_body_that_is_no_struct_is_json():
    one, _ = written(method="PUT", body=dict[str, int])
    assert list(one["requestBody"]["content"]) == ["application/json"]


def test_a_form_with_a_file():
    form = Media("multipart/form-data", "The file.", Form)
    one, whole = written(method="POST", body=form)
    schema = followed(one["requestBody"]["content"]["multipart/form-data"]["schema"], whole)
    assert schema["properties"]["file"] == {"type": "string", "format": "binary"}
    assert schema["required"] == ["file"]


def test_answers_of_several_media_types():
    page, picture = Media("text/html", "A page."), Media("image/jpeg", "A picture.")
    one, _ = written(answer=(page, picture), status=201)
    answer = one["responses"]["201"]
    assert set(answer["content"]) == {"text/html", "image/jpeg"}
    assert answer["description"] == "A page. A picture."


def test_an_answer_without_a_body():
    one, _ = written(method="DELETE", status=204)
    assert one["responses"]["204"] == {"description": "No Content"}

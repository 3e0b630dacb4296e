"""Every error of the tree has a place of its own in the API."""

import re

import msgspec
import pytest
from requests_by_hand import request
from sanic import Sanic
from sanic.exceptions import BadRequest, MethodNotAllowed, PayloadTooLarge, ServerError
from sanic.exceptions import NotFound as SanicNotFound

from camerad import errors as tree
from camerad.errors import CameradError, RateLimited
from camerad.http import errors
from camerad.http.heads import HeadTooLarge

ISO_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def leaves(kind=CameradError):
    """The errors of the tree itself; other modules may derive from them."""
    below = [child for child in kind.__subclasses__() if child.__module__ == tree.__name__]
    return [leaf for child in below for leaf in leaves(child)] if below else [kind]


def as_documented():
    """Name to status and code, as the tree in the module's docstring shows them."""
    lines = re.findall(r"[├└]── (\w+)\s+(\d{3}) ([A-Z_]+)$", tree.__doc__, re.MULTILINE)
    return {name: (int(status), code) for name, status, code in lines}


def refuse_strangers(request):
    if "stranger" in request.headers:
        raise tree.InvalidRequest("Who?")


@pytest.fixture(scope="module")
def app():
    app = Sanic("errors", configure_logging=False)
    errors.install(app, refuse_strangers)
    yield app
    Sanic.unregister_app(app)


@pytest.fixture
def answer(app):
    """The answer to an error, as (response, its envelope's content)."""

    def answer(error, url="/image?token=SECRET"):
        response = app.error_handler.response(request(url), error)
        return response, msgspec.json.decode(response.body)["error"]

    return answer


@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.__name__)
def test_every_leaf_is_as_its_documentation_says(leaf):
    assert (leaf.status, leaf.code) == as_documented()[leaf.__name__]


def test_no_two_errors_share_a_code():
    kinds = [*leaves(), tree.NotFound]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert set(as_documented()) == {kind.__name__ for kind in kinds}


@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.__name__)
def test_every_leaf_leaves_through_the_envelope(answer, leaf):
    error = leaf(1000) if leaf is tree.RangeNotSatisfiable else leaf("What happened", "Why")
    response, envelope = answer(error)
    assert response.status == leaf.status
    assert response.content_type == "application/json"
    assert ISO_UTC.fullmatch(envelope.pop("timestamp"))
    assert envelope == {"code": leaf.code, "message": error.message, "details": error.details}


@pytest.mark.parametrize(
    ("details", "shown"), [(None, ""), ("", ""), (["640x480"], ["640x480"]), ({"a": 1}, {"a": 1})]
)
def test_details_are_always_there(answer, details, shown):
    assert answer(tree.InvalidResolution("No", details))[1]["details"] == shown


def test_401_challenges_with_both_schemes(answer):
    response, _ = answer(tree.InvalidCredentials("Who?"))
    challenges = response.headers.getall("www-authenticate")
    assert [challenge.split()[0] for challenge in challenges] == ["Bearer", "Basic"]


def test_nothing_else_challenges(answer):
    assert "www-authenticate" not in answer(tree.PermissionDenied("No"))[0].headers


def test_429_says_when(answer):
    response, _ = answer(RateLimited("Slowly", retry_after_s=7))
    assert response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadRequest("Bad URL: /?token=SECRET"), 400, "INVALID_REQUEST"),
        (PayloadTooLarge("SECRET"), 413, "PAYLOAD_TOO_LARGE"),
        (HeadTooLarge("SECRET"), 431, "INVALID_REQUEST"),
        (ServerError("SECRET"), 500, "INTERNAL_ERROR"),
        (KeyError("SECRET"), 500, "INTERNAL_ERROR"),
        (OSError(5, "Input/output error", "/real/path/SECRET"), 500, "INTERNAL_ERROR"),
    ],
)
def test_other_peoples_words_are_not_repeated(answer, error, status, code):
    response, envelope = answer(error)
    assert (response.status, envelope["code"]) == (status, code)
    assert b"SECRET" not in response.body
    assert b"/real" not in response.body


@pytest.mark.parametrize(("headers", "status"), [((), {404, 405}), ([("stranger", "1")], {400})])
def test_a_stranger_does_not_learn_what_leads_nowhere(app, headers, status):
    asked = request("/nothing", headers=headers)
    asked.app = app
    errors_of_routing = SanicNotFound(), MethodNotAllowed("", "GET", ["POST"])
    assert {app.error_handler.response(asked, each).status for each in errors_of_routing} == status


def test_405_keeps_its_allow_header(answer):
    response, envelope = answer(MethodNotAllowed("No", "POST", ["GET", "HEAD"]))
    assert response.headers["allow"] == "GET, HEAD"
    assert envelope["code"] == "METHOD_NOT_ALLOWED"


def test_a_bug_is_logged_without_the_query(answer, caplog):
    answer(KeyError("who knows"))
    assert caplog.messages == ["GET /image failed"]
    assert "SECRET" not in caplog.text

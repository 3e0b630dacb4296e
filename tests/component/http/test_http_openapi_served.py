"""The OpenAPI document is valid, and says of every route what the daemon does."""

import pytest
import requests
from openapi_spec_validator import validate
from sanic import Sanic

from camerad.capture.spec import parse_camera_spec
from camerad.daemon import Daemon
from camerad.http.operation import plain_path
from camerad.parts import Settings

ALIASES = [
    ("/camera.jpeg", "/image"),
    ("/api/info", "/api/status"),
    ("/health", "/api/health"),
]
OPEN = {("get", path) for path in ("/health", "/api/health", "/", "/docs", "/web/{name}")} | {
    ("post", path) for path in ("/api/login", "/onvif/device_service", "/onvif/media_service")
}
IMPLIED = {"HEAD", "OPTIONS"}


def get(served, role=None):
    headers = served.headers(role) if role else {}
    return requests.get(f"{served.url}/openapi.json", headers=headers, timeout=10)


@pytest.fixture(scope="module")
def document(served):
    return get(served, "viewer").json()


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    """Method and path of everything that the router knows."""
    cameras = [parse_camera_spec("pattern")]
    daemon = Daemon(Settings(state_dir=tmp_path_factory.mktemp("routes"), cameras=cameras))
    app = daemon.app
    yield {
        (method, plain_path(f"/{route.path}"))
        for route in app.router.routes
        for method in route.methods
    }
    Sanic.unregister_app(app)


def operations(document):
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_for_viewers(served):
    assert get(served).status_code == 401
    assert get(served, "viewer").headers["content-type"] == "application/json"


def test_it_is_valid(document):
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_routes_and_document_match_both_ways(document, routes):
    assert {route for route in routes if route[0] not in IMPLIED} == set(operations(document))


def test_head_and_options_are_wherever_get_is(routes):
    gets = {path for method, path in routes if method == "GET"}
    for method in IMPLIED:
        assert {path for each, path in routes if each == method} == gets


def test_a_wrong_method_is_told_the_right_ones(served, document):
    for path, methods in document["paths"].items():
        allowed = {method.upper() for method in methods} | (IMPLIED if "get" in methods else set())
        answer = requests.request("TRACE", served.url + path.replace("{", "").replace("}", ""))
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("pair", ALIASES)
def test_aliases_are_described_alike(document, pair):
    first, second = (
        {**operation, "operationId": ""}
        for path in pair
        for operation in document["paths"][path].values()
    )
    assert first == second


def test_nothing_is_open_but_what_has_to_be(document):
    found = operations(document)
    open_to_all = {
        (method.lower(), path) for (method, path), one in found.items() if not one["security"]
    }
    assert open_to_all == OPEN
    for one in found.values():
        assert ("x-required-role" in one) == bool(one["security"])


def test_every_operation_has_a_name_of_its_own(document):
    names = [one["operationId"] for one in operations(document).values()]
    assert len(set(names)) == len(names)


def test_the_page_is_open_and_holds_no_data(served):
    answer = requests.get(f"{served.url}/docs", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"/api/" not in answer.content

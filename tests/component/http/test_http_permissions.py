"""Deny by default: every route that is registered, asked by everybody."""

import logging
import re
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from sanic import Sanic

from camerad.accounts.roles import Role
from camerad.capture.spec import parse_camera_spec
from camerad.daemon import Daemon
from camerad.http.gate import GET_METHODS, GuardedRoute
from camerad.parts import Settings

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
OPEN = {
    *("/", "/docs", "/health", "/api/health", "/api/login", "/web/<name:str>"),
    *("/onvif/device_service", "/onvif/media_service"),
}
"""All that may be open: what holds no data, and where one shows who one is. ONVIF's services are
there only while they are configured, and ask in their own way."""


class Route(NamedTuple):
    path: str
    handler: object
    methods: frozenset[str]

    @property
    def role(self) -> Role | None:
        assert isinstance(self.handler, GuardedRoute)
        return self.handler.operation.role

    @property
    def url(self) -> str:
        return re.sub(r"<[^>]*>", "x", self.path)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    """All that a daemon has registered with Sanic itself."""
    logger = logging.getLogger("camerad")
    level = logger.level
    state = Path(tmp_path_factory.mktemp("routes"))
    daemon = Daemon(Settings(state_dir=state, cameras=[parse_camera_spec("pattern")]))
    found = [
        Route(f"/{route.path}", route.handler, frozenset(route.methods))
        for route in daemon.app.router.routes
    ]
    daemon.close()
    Sanic.unregister_app(daemon.app)
    logger.setLevel(level)
    return found


@pytest.fixture(scope="module")
def status(serving):
    """The status of an answer, whose body is not waited for."""
    process = serving("--camera", "pattern:320x240")

    def status(method, path, who):
        headers = {
            "nobody": {},
            "a wrong token": {"Authorization": "Bearer 1a2B3c4D5e6f7G8h"},
            "a wrong scheme": {"Authorization": f"Digest {process.token('admin')}"},
        }.get(who) or (process.headers(who) if who in ("viewer", "operator", "admin") else {})
        url = f"{process.url}{path}"
        with requests.request(method, url, headers=headers, timeout=10, stream=True) as answer:
            if answer.status_code == 401:
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            return answer.status_code

    return status


def test_nothing_goes_round_the_gate(routes):
    assert len(routes) > 40
    assert [route for route in routes if not isinstance(route.handler, GuardedRoute)] == []


def test_only_what_holds_no_data_is_open(routes):
    assert {route.path for route in routes if route.role is None} == OPEN


def test_viewers_change_nothing_but_what_is_their_own(routes):
    changing = {
        route.path
        for route in routes
        if route.role is Role.VIEWER and not route.methods <= GET_METHODS
    }
    assert changing == {"/api/logout", "/api/users/<name:str>/password"}


@pytest.mark.parametrize(
    "prefix", ["/api/config", "/api/users", "/api/tokens", "/api/firmware", "/api/system"]
)
def test_only_administrators_manage(routes, prefix):
    managing = [route for route in routes if route.path.startswith(prefix)]
    shared = ("/api/users/<name:str>/password", "/api/config/camera")
    assert {route.role for route in managing if route.path not in shared} == {Role.ADMIN}


def test_operators_set_the_camera_alone(routes):
    camera = [route for route in routes if route.path == "/api/config/camera"]
    assert {method for route in camera for method in route.methods} >= {"GET", "PUT", "PATCH"}
    assert {route.role for route in camera} == {Role.OPERATOR}


@pytest.mark.parametrize("who", ["nobody", "a wrong token", "a wrong scheme"])
def test_strangers_are_asked_who_they_are(routes, status, who):
    answers = {
        (method, route.path): status(method, route.url, who)
        for route in routes
        if route.role is not None
        for method in route.methods
    }
    assert len(answers) > 60
    assert {key: code for key, code in answers.items() if code != 401} == {}


@pytest.mark.parametrize("who", ["viewer", "operator", "admin"])
def test_each_role_may_do_what_is_declared(routes, status, who):
    wrong = []
    for route in routes:
        for method in route.methods:
            code = status(method, route.url, who)
            allowed = route.role is None or Role(who).includes(route.role)
            # This machine has no installer.
            done = code < 500 or (code == 503 and route.path.startswith("/api/firmware"))
            as_declared = code not in (401, 403) and done if allowed else code == 403
            if not as_declared:
                wrong.append((method, route.path, code))
    assert wrong == []


def test_what_is_open_asks_nobody(routes, status):
    answers = {
        (method, route.path): status(method, route.url, "nobody")
        for route in routes
        if route.role is None
        for method in route.methods
    }
    assert [key for key, code in answers.items() if code in (401, 403)] == []


def test_no_other_method_does_anything(routes, status):
    methods: dict[str, set[str]] = {}
    for route in routes:
        methods.setdefault(route.url, set()).update(route.methods)
    answers = {
        (method, url): status(method, url, "admin")
        for url, registered in methods.items()
        for method in METHODS
        if method not in registered
    }
    assert {key: code for key, code in answers.items() if code != 405} == {}

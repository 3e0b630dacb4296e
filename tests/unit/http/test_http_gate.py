import asyncio
from itertools import product
from types import SimpleNamespace

import pytest
from requests_by_hand import request
from sanic import Blueprint, Sanic
from sanic.exceptions import RequestTimeout

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.config.schema import Limits
from camerad.errors import InvalidCredentials, InvalidRequest, PayloadTooLarge, RateLimited
from camerad.http import gate as gate_module
from camerad.http.gate import Gate, read_body
from camerad.http.limits import Limit, Limiter
from camerad.http.operation import BODY_LIMIT_BYTES, Media, Operation
from camerad.http.origin import Origins


class Authenticator:
    """Knows everybody who sends a header."""

    def __init__(self):
        self.asked = []

    async def require(self, request, role):
        self.asked.append(role)
        if "authorization" not in request.headers:
            raise InvalidCredentials("Who?")
        return Principal("somebody", role, "token")


class Body:
    """A request's stream; remembers whether it was read."""

    def __init__(self, *chunks):
        self.request_body = bool(chunks)
        self.request_max_size = 0
        self.read = 0
        self._chunks = chunks

    async def __aiter__(self):
        for chunk in self._chunks:
            self.read += len(chunk)
            yield chunk


@pytest.fixture
def authenticator():
    return Authenticator()


@pytest.fixture
def gate(authenticator):
    return Gate(Origins(list), Limiter(lambda: Limits(image=2)), authenticator)


def operation(**fields):
    return Operation(**{"summary": "", "role": Role.VIEWER, "limit": Limit.IMAGE, **fields})


def routes_of(gate, *operations):
    """The routes that the gate registers for these, each under two paths, by method and path."""
    app = Sanic("gate", configure_logging=False)
    try:
        blueprint = Blueprint("tests")
        for number, each in enumerate(operations):

            async def handler(request, **parameters):
                return request.body, parameters

            handler.__name__ = f"handler{number}"
            gate.route(blueprint, each, handler, "/a", "/b")
        app.blueprint(blueprint)
        return {
            (method, f"/{r.path}"): r.handler for r in app.router.routes for method in r.methods
        }
    finally:
        Sanic.unregister_app(app)


def test_no_operation_without_a_role_and_a_limit():
    for missing in ("role", "limit"):
        fields = {"summary": "", "role": None, "limit": None}
        del fields[missing]
        with pytest.raises(TypeError, match=missing):
            Operation(**fields)


def test_all_paths_have_the_handler_and_head_and_options(gate):
    routes = routes_of(gate, operation(role=Role.ADMIN))
    assert set(routes) == set(product(("GET", "HEAD", "OPTIONS"), ("/a", "/b")))
    assert {route.operation.role for route in routes.values()} == {Role.ADMIN}


def test_what_changes_something_answers_to_its_method_only(gate):
    assert set(routes_of(gate, operation(method="POST"))) == {("POST", "/a"), ("POST", "/b")}


def test_everything_registered_is_known(gate):
    operations = [operation(), operation(method="PUT")]
    routes_of(gate, *operations)
    assert gate.operations == {"/a": operations, "/b": operations}


def made(*chunks, headers=(("authorization", "x"),), **fields):
    made = request(headers=[("host", "localhost"), *headers], **fields)
    made.stream = Body(*chunks)
    return made


@pytest.fixture
def image(gate):
    return routes_of(gate, operation())["GET", "/a"]


async def test_the_handler_gets_the_body_and_the_principal(image):
    asked = made(b"one ", b"two")
    assert await image(asked, name="n") == (b"one two", {"name": "n"})
    assert asked.ctx.principal.name == "somebody"
    assert asked.ctx.allowance.remaining == 1


async def test_a_stranger_is_refused_before_his_body_is_read(image):
    asked = made(b"x" * 1000, headers=())
    with pytest.raises(InvalidCredentials):
        await image(asked)
    assert asked.stream.read == 0


async def test_who_means_another_host_is_refused_before_all_else(image, authenticator):
    asked = request(headers=[("host", "attacker.example"), ("authorization", "x")])
    asked.stream = Body(b"x")
    with pytest.raises(InvalidRequest):
        await image(asked)
    assert (authenticator.asked, asked.stream.read) == ([], 0)


async def test_limits_come_before_credentials(image, authenticator):
    for _ in range(2):
        await image(made())
    asked = made(b"x")
    with pytest.raises(RateLimited):
        await image(asked)
    assert asked.ctx.allowance.remaining == 0
    assert (len(authenticator.asked), asked.stream.read) == (2, 0)


async def test_options_tell_all_methods_of_the_path(gate):
    routes = routes_of(gate, operation(), operation(method="DELETE"))
    answer = await routes["OPTIONS", "/b"](made(method="OPTIONS"))
    assert (answer.status, answer.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS")


async def test_a_body_that_is_no_json_is_left_to_the_handler(gate):
    upload = operation(method="POST", body=Media("multipart/form-data", ""))
    asked = made(b"x" * 1000, method="POST")
    await routes_of(gate, upload)["POST", "/a"](asked)
    assert asked.stream.read == 0


async def test_all_addresses_of_an_ipv6_network_are_one_client(image):
    for number in range(2):
        await image(made(address=f"2001:db8::{number}"))
    with pytest.raises(RateLimited):
        await image(made(address="2001:db8::ffff"))


async def test_open_to_all_means_nobody_is_asked(gate, authenticator):
    health = routes_of(gate, operation(role=None, limit=None))["GET", "/a"]
    asked = made(headers=())
    await health(asked)
    assert authenticator.asked == []
    assert not hasattr(asked.ctx, "allowance")


async def test_a_body_over_the_limit_is_refused_while_it_is_read():
    asked = SimpleNamespace(stream=Body(*[b"x" * 400] * 10), body=b"")
    with pytest.raises(PayloadTooLarge):
        await read_body(asked, 1000)
    assert asked.stream.read == 1200
    assert asked.stream.request_max_size == 1000


async def test_a_body_that_trickles_is_refused_in_time(monkeypatch):
    class Trickle(Body):
        async def __aiter__(self):
            while True:
                await asyncio.sleep(0.01)
                yield b"x"

    monkeypatch.setattr(gate_module, "BODY_TIMEOUT_S", 0.1)
    with pytest.raises(RequestTimeout):
        await read_body(SimpleNamespace(stream=Trickle(b"x"), body=b""), 1000)


@pytest.mark.parametrize("size", [0, 1, 1000])
async def test_a_body_up_to_the_limit_is_read(size):
    asked = SimpleNamespace(stream=Body(b"x" * size), body=b"")
    await read_body(asked, 1000)
    assert asked.body == b"x" * size


def test_the_limit_is_far_above_every_request():
    assert BODY_LIMIT_BYTES == 1024**2

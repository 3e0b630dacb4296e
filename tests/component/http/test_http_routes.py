"""What holds for every path: aliases, methods, unknown paths, the envelope, the common headers."""

from itertools import product

import pytest
import requests

GETS = [
    "/image",
    "/camera.jpeg",
    "/stream",
    "/api/camera/status",
    "/api/info",
    "/api/status",
    "/health",
    "/api/health",
    "/",
    "/web/app.js",
    "/?action=snapshot",
    "/?action=stream",
]
POSTS = ["/snapshot", "/api/login"]
ALIASES = [
    ("/image", "/camera.jpeg"),
    ("/image", "/?action=snapshot"),
    ("/stream", "/?action=stream"),
    ("/api/info", "/api/status"),
    ("/health", "/api/health"),
]


@pytest.fixture
def ask(served):
    """`ask(method, path)` as an administrator."""

    def ask(method, path, **options):
        options.setdefault("headers", served.headers("admin"))
        return requests.request(method, served.url + path, timeout=10, **options)

    return ask


def envelope(answer):
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert list(error) == ["code", "message", "details", "timestamp"]
    return error


@pytest.mark.parametrize("path", GETS)
def test_head_is_get_without_the_body(ask, path):
    head = ask("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    with ask("GET", path, stream=True) as answer:
        assert answer.status_code == 200
        assert head.headers["content-type"] == answer.headers["content-type"]


@pytest.mark.parametrize("path", GETS)
def test_options_tell_the_methods(ask, path):
    answer = ask("OPTIONS", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", [path for path in GETS if "?" not in path])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_another_method_is_405_with_what_is_allowed(ask, method, path):
    answer = ask(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert envelope(answer)["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_what_changes_something_takes_post_only(ask, method, path):
    answer = ask(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    if method != "HEAD":
        assert envelope(answer)["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("path", ["/nothing", "/Image", "//health", "/api", "/%00", "/a" * 2000])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_an_unknown_path_is_404(ask, method, path):
    answer = ask(method, path)
    assert answer.status_code == 404
    assert envelope(answer)["code"] == "NOT_FOUND"


@pytest.mark.parametrize("name", ["", "%2e%2e/cli.py", "..%2fcli.py", "app.js%00.css"])
def test_the_page_has_only_its_own_files(ask, name):
    assert ask("GET", f"/web/{name}").status_code == 404


@pytest.mark.parametrize(("path", "alias"), ALIASES)
def test_an_alias_answers_with_the_same(ask, path, alias):
    answers = [ask("HEAD", each) for each in (path, alias)]
    kept = ("content-type", "cache-control", "x-ratelimit-limit")
    first, second = ({name: each.headers.get(name) for name in kept} for each in answers)
    assert first == second


def test_aliases_tell_the_same_json(ask):
    for path, alias in ALIASES[3:]:
        first, second = (ask("GET", each).json() for each in (path, alias))
        assert list(first) == list(second)


@pytest.mark.parametrize("path", [*GETS[:8], "/nothing"])
def test_every_answer_has_the_headers_of_a_careful_server(ask, path):
    headers = ask("HEAD", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/", "/web/app.js", "/health", "/api/health"])
def test_open_to_all(ask, path):
    assert ask("GET", path, headers={}).status_code == 200


CLOSED = [
    *product(("GET", "HEAD", "OPTIONS"), GETS[:6]),
    *product(("GET", "HEAD"), GETS[-2:]),
    ("POST", "/snapshot"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_closed_to_strangers(ask, method, path):
    answer = ask(method, path, headers={})
    assert answer.status_code == 401
    challenges = answer.headers["www-authenticate"]
    assert "Bearer realm=" in challenges
    assert "Basic realm=" in challenges
    if method != "HEAD":
        assert envelope(answer)["code"] == "INVALID_CREDENTIALS"

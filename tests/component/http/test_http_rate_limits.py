"""The reference's rate limits, as clients meet them."""

import contextlib
import time

import pytest
import requests

CLASSES = [
    ("GET", "/image?camera=7", 10),
    ("POST", "/snapshot?camera=7", 10),
    ("GET", "/stream?camera=7", 10),
    ("GET", "/?action=snapshot&camera=7", 10),
    ("GET", "/api/info", 100),
    ("GET", "/health", 100),
    ("POST", "/api/login", 100),
]


class Adapter(requests.adapters.HTTPAdapter):
    """Connects from a certain address."""

    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **options)


class Client:
    """Asks one daemon as an administrator, from an address of its own: each has its own limits."""

    def __init__(self, process, address):
        self._process = process
        self._session = requests.Session()
        self._session.mount("http://", Adapter(address))

    def close(self):
        self._session.close()

    def ask(self, method, path, **headers):
        headers |= self._process.headers("admin")
        return self._session.request(method, self._process.url + path, headers=headers, timeout=10)


@pytest.fixture(scope="module")
def limited(serving):
    return serving("--camera", "pattern:320x240", toml="")


@pytest.fixture(scope="module")
def addresses():
    return iter(f"127.0.1.{number}" for number in range(1, 255))


@pytest.fixture
def client(limited, addresses):
    with contextlib.closing(Client(limited, next(addresses))) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "limit"), CLASSES)
def test_a_burst_over_the_limit_is_429(client, method, path, limit):
    started_s = time.monotonic()
    answers = [client.ask(method, path) for _ in range(limit * 3)]
    took_s = time.monotonic() - started_s
    refused = [answer for answer in answers if answer.status_code == 429]
    let_in = len(answers) - len(refused)
    assert limit <= let_in <= limit * (1 + took_s) + 1
    assert all(answer.headers["x-ratelimit-limit"] == str(limit) for answer in answers)
    for answer in refused:
        assert answer.json()["error"]["code"] == "RATE_LIMITED"
        assert answer.headers["x-ratelimit-remaining"] == "0"
        assert answer.headers["retry-after"] == "1"
        assert 0 <= int(answer.headers["x-ratelimit-reset"]) - time.time() < 3


def test_a_refused_client_is_let_in_when_it_was_told(client):
    for _ in range(200):
        answer = client.ask("GET", "/image?camera=7")
        if answer.status_code == 429:
            break
    time.sleep(int(answer.headers["retry-after"]))
    assert client.ask("GET", "/image?camera=7").status_code == 404


def test_nobody_buys_more_with_a_header(client):
    answers = [
        client.ask("GET", "/image?camera=7", **{"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(30)
    ]
    assert [answer.status_code for answer in answers].count(429) > 10


def test_the_page_is_not_limited(client):
    answers = [client.ask("GET", "/web/app.js") for _ in range(150)]
    assert {answer.status_code for answer in answers} == {200}
    assert "x-ratelimit-limit" not in answers[0].headers


def test_all_limits_can_be_set(serving):
    process = serving("--camera", "pattern:320x240", toml="[limits]\nimage = 3\napi = 7\n")
    limits = {"/image?camera=7": "3", "/api/info": "7"}
    with contextlib.closing(Client(process, "127.0.0.1")) as client:
        answers = {path: client.ask("GET", path) for path in limits}
    assert {path: each.headers["x-ratelimit-limit"] for path, each in answers.items()} == limits
    assert answers["/image?camera=7"].headers["x-ratelimit-remaining"] == "2"

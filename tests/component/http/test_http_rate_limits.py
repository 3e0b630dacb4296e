"""The reference's rate limits, as clients meet them."""

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


def ask(session, daemon, method, path, **headers):
    return session.request(
        method, daemon.url + path, headers=daemon.headers("admin") | headers, timeout=10
    )


@pytest.mark.parametrize(("method", "path", "limit"), CLASSES)
def test_a_burst_over_the_limit_is_429(daemon, method, path, limit):
    process = daemon()
    with requests.Session() as session:
        started_s = time.monotonic()
        answers = [ask(session, process, method, path) for _ in range(limit * 3)]
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


def test_a_refused_client_is_let_in_when_it_was_told(daemon):
    process = daemon()
    with requests.Session() as session:
        for _ in range(200):
            answer = ask(session, process, "GET", "/image?camera=7")
            if answer.status_code == 429:
                break
        time.sleep(int(answer.headers["retry-after"]))
        assert ask(session, process, "GET", "/image?camera=7").status_code == 404


def test_nobody_buys_more_with_a_header(daemon):
    process = daemon()
    with requests.Session() as session:
        answers = [
            ask(session, process, "GET", "/image?camera=7", **{"X-Forwarded-For": f"10.0.0.{n}"})
            for n in range(30)
        ]
    assert [answer.status_code for answer in answers].count(429) > 10


def test_the_page_is_not_limited(daemon):
    process = daemon()
    with requests.Session() as session:
        answers = [ask(session, process, "GET", "/web/app.js") for _ in range(150)]
    assert {answer.status_code for answer in answers} == {200}
    assert "x-ratelimit-limit" not in answers[0].headers


def test_all_limits_can_be_set(daemon, tmp_path):
    config = tmp_path / "camerad.toml"
    config.write_text("[limits]\nimage = 3\napi = 7\n")
    process = daemon("--config", str(config))
    with requests.Session() as session:
        limits = {"/image?camera=7": "3", "/api/info": "7"}
        answers = {path: ask(session, process, "GET", path) for path in limits}
    assert {path: each.headers["x-ratelimit-limit"] for path, each in answers.items()} == limits
    assert answers["/image?camera=7"].headers["x-ratelimit-remaining"] == "2"

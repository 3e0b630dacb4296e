import logging

import pytest

from camerad.system.logs import (
    RedactingFormatter,
    configure_logging,
    redact,
    redact_arguments,
    set_level,
)

TOKEN = "AbC-_" * 8 + "012"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GET /image?token=abc-_123 200", "GET /image?token=*** 200"),
        ("GET /?quality=5&token=abc&camera=1", "GET /?quality=5&token=***&camera=1"),
        ("TOKEN=abc; Password=def", "TOKEN=***; Password=***"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("authorization: basic YTpi", "authorization: basic ***"),
        ("{'url': '/x?token=abc'}", "{'url': '/x?token=***'}"),
        ('"password": "abc"', '"password": "***"'),
        ("{'token': 'abc', 'role': 'admin'}", "{'token': '***', 'role': 'admin'}"),
        ("token=a%20b c", "token=*** c"),
        ("password: abc", "password: ***"),
        ("no token, no password", "no token, no password"),
        ("POST /image%3Ftoken%3Dabc 404", "POST /image%3Ftoken%3D*** 404"),
        ("POST /image%253Ftoken%253dabc 404", "POST /image%253Ftoken%253d*** 404"),
        ("access_token=abc", "access_token=***"),
        ("GET /Bearer%20abc", "GET /Bearer%20***"),
        ("GET /basic+abc", "GET /basic+***"),
        (f"GET /files/{TOKEN} 404", "GET /files/*** 404"),
        (f"{TOKEN} /image 405", "*** /image 405"),
        (f"GET /%41{TOKEN[1:]}/x", "GET /***/x"),
        ("GET /" + "%2541" * 43, "GET /***"),
        (f"GET /{TOKEN}A/x", f"GET /{TOKEN}A/x"),
        (f"GET /{TOKEN[1:]}/x", f"GET /{TOKEN[1:]}/x"),
        (f"GET /{TOKEN[:40]}.avi", f"GET /{TOKEN[:40]}.avi"),
    ],
)
def test_the_value_of_a_secret_is_blacked_out(line, shown):
    assert redact(line) == shown


def record(message, *args, exc_info=None):
    return logging.LogRecord("camerad", logging.INFO, "", 0, message, args, exc_info)


def test_arguments_and_tracebacks_are_too():
    error = ValueError("/image?token=abc")
    exc_info = ValueError, error, None
    line = RedactingFormatter().format(record("%s failed", "/x?token=abc", exc_info=exc_info))
    assert "ValueError" in line
    assert "abc" not in line
    assert line.startswith("/x?token=*** failed")


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        (("GET", "/x?token=abc", 200), ("GET", "/x?token=***", 200)),
        ((), ()),
        (({"token": "abc"},), {"token": "abc"}),
    ],
)
def test_the_records_of_others_lose_only_their_secrets(args, shown):
    other = record("%s", *args)
    assert redact_arguments(other) is True
    assert other.args == shown


@pytest.fixture
def logging_restored():
    root, names = logging.getLogger(), ("camerad", "sanic")
    before = root.handlers[:], root.level, [logging.getLogger(name).level for name in names]
    yield
    root.handlers[:], root.level = before[:2]
    for name, level in zip(names, before[2], strict=True):
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("journal", [True, False])
def test_a_journal_gets_no_times(monkeypatch, capsys, journal):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    if journal:
        monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    configure_logging()
    logging.getLogger("camerad.x").info("hello token=abc")
    written = capsys.readouterr().err
    assert written.endswith("INFO camerad.x: hello token=***\n")
    assert written.startswith("INFO") == journal


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize(("level", "written"), [("debug", 2), ("info", 1), ("error", 0)])
def test_the_level_can_be_set(capsys, level, written):
    configure_logging()
    set_level(level)
    logging.getLogger("camerad.x").debug("one")
    logging.getLogger("camerad.x").info("two")
    assert len(capsys.readouterr().err.splitlines()) == written

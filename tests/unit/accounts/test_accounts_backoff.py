import pytest

from camerad.accounts import backoff as module
from camerad.accounts import sessions as sessions_module
from camerad.accounts.addresses import party
from camerad.accounts.backoff import Backoff
from camerad.accounts.records import User
from camerad.accounts.remembered import Remembered
from camerad.accounts.roles import Role
from camerad.accounts.sessions import Sessions


class Clock:
    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def backoff(clock):
    return Backoff(clock)


@pytest.mark.parametrize(
    ("failures", "wait_s"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (13, 256), (14, 300), (5000, 300)],
)
def test_delays_grow_to_a_bound(backoff, failures, wait_s):
    for _ in range(failures):
        backoff.failed("x")
    assert backoff.wait_s("x") == wait_s
    assert backoff.wait_s("other") == 0


def test_a_delay_passes(backoff, clock):
    for _ in range(6):
        backoff.failed("x")
    clock.now_s += 0.5
    assert backoff.wait_s("x") == 1.5
    clock.now_s += 1.5
    assert backoff.wait_s("x") == 0


def test_failures_are_forgotten_in_time(backoff, clock):
    for _ in range(20):
        backoff.failed("x")
    clock.now_s += module.FORGET_AFTER_S + 1
    backoff.failed("x")
    assert backoff.wait_s("x") == 0


def test_one_is_taken_back(backoff):
    for _ in range(5):
        backoff.failed("x")
    backoff.take_back("x")
    backoff.take_back("never failed")
    assert backoff.wait_s("x") == 0


def test_memory_is_bounded(backoff, monkeypatch):
    monkeypatch.setattr(module, "MAX_TRACKED", 3)
    for key in "aaaaaabcd":
        backoff.failed(key)
    assert backoff.wait_s("a") == 0
    for _ in range(5):
        backoff.failed("d")
    assert backoff.wait_s("d") > 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("/run/socket", "/run/socket", True),
        ("", "192.0.2.1", False),
    ],
)
def test_parties(one, other, same):
    assert (party(one) == party(other)) is same


def test_what_is_remembered_ends(clock):
    remembered = Remembered(2, clock)
    remembered.put("a", 1, 10)
    remembered.put("b", 2, 20)
    clock.now_s += 10
    assert (remembered.get("a"), remembered.get("b")) == (None, 2)
    for key in "cd":
        remembered.put(key, 3, 10)
    assert (remembered.get("b"), remembered.get("c"), remembered.get("d")) == (None, 3, 3)


def test_sessions_end_with_their_time_and_when_there_are_too_many(clock, monkeypatch):
    monkeypatch.setattr(sessions_module, "MAX_SESSIONS", 2)
    user = User(name="eve", role=Role.VIEWER, password="")
    sessions = Sessions({"eve": user}.get, clock)
    first, second, third = (sessions.open("eve", ttl_s) for ttl_s in (60, 60, 30))
    assert sessions.find(first) is None
    assert sessions.find(second)
    clock.now_s += 30
    assert sessions.find(third) is None
    assert sessions.find(second)

import time

import pytest

from camerad.config.schema import Limits
from camerad.http import limits as module
from camerad.http.limits import Limit, Limiter

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limiter(clock):
    return Limiter(lambda: Limits(image=10, api=3), clock)


def passed(limiter, times, limit=Limit.IMAGE, address=HERE):
    """How many of so many requests at once are let through."""
    return sum(limiter.take(address, limit)[1] is None for _ in range(times))


def test_a_burst_is_as_large_as_the_rate(limiter):
    assert passed(limiter, 25) == 10


@pytest.mark.parametrize(
    ("later_s", "more"), [(0.05, 0), (0.1, 1), (0.35, 3), (0.999, 9), (1, 10), (60, 10)]
)
def test_tokens_come_back_at_the_rate(limiter, clock, later_s, more):
    passed(limiter, 10)
    clock.now_s += later_s
    assert passed(limiter, 25) == more


def test_a_steady_client_at_the_rate_is_never_refused(limiter, clock):
    for _ in range(1000):
        assert passed(limiter, 1) == 1
        clock.now_s += 0.1


def test_refusals_cost_nothing(limiter, clock):
    passed(limiter, 500)
    clock.now_s += 1
    assert passed(limiter, 25) == 10


def test_addresses_and_classes_have_buckets_of_their_own(limiter):
    assert passed(limiter, 25) == 10
    assert passed(limiter, 25, Limit.API) == 3
    assert passed(limiter, 25, address=THERE) == 10


def test_the_headers_count_down_to_zero(limiter):
    remaining = [limiter.take(HERE, Limit.API)[0].remaining for _ in range(5)]
    assert remaining == [2, 1, 0, 0, 0]


def test_what_the_headers_promise_is_kept(limiter, clock):
    passed(limiter, 7)
    clock.now_s += 0.23
    allowance, _ = limiter.take(HERE, Limit.IMAGE)
    assert passed(limiter, 25) == allowance.remaining


def test_reset_is_when_the_whole_burst_is_back(limiter, clock, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 5_000.0)
    passed(limiter, 2, Limit.API)
    allowance, _ = limiter.take(HERE, Limit.API)
    assert allowance.headers() == {
        "x-ratelimit-limit": "3",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "5001",
    }
    clock.now_s += allowance.reset_at - 5_000
    assert passed(limiter, 25, Limit.API) == 3


@pytest.mark.parametrize("rate", [1, 2, 7, 100_000])
def test_retry_after_is_true(clock, rate):
    limiter = Limiter(lambda: Limits(image=rate), clock)
    if rate == 100_000:
        limiter._full_at_s[HERE, Limit.IMAGE] = clock.now_s + 1
    else:
        passed(limiter, rate)
    refusal = limiter.take(HERE, Limit.IMAGE)[1]
    assert refusal.retry_after_s == 1
    assert refusal.status == 429
    clock.now_s += refusal.retry_after_s
    assert passed(limiter, 1) == 1


def test_a_lower_rate_holds_at_once(clock):
    limits = [Limits(image=10)]
    limiter = Limiter(lambda: limits[0], clock)
    passed(limiter, 10)
    limits[0] = Limits(image=1)
    _, refusal = limiter.take(HERE, Limit.IMAGE)
    assert refusal.retry_after_s == 1


def test_turned_off_nothing_is_limited_or_promised(clock):
    limiter = Limiter(lambda: Limits(enabled=False), clock)
    assert [limiter.take(HERE, Limit.IMAGE) for _ in range(50)] == [(None, None)] * 50


def test_the_memory_is_bounded_and_the_busy_are_remembered(limiter, monkeypatch):
    monkeypatch.setattr(module, "MAX_TRACKED", 10)
    passed(limiter, 10)
    for number in range(100):
        passed(limiter, 1, address=f"10.0.0.{number}")
        assert passed(limiter, 1) == 0
    assert len(limiter._full_at_s) == 10

import time

import pytest

from camerad.system.health import OK, SAMPLE_AGE_S, Health, Sampled


def failing():
    raise OSError(5, "Input/output error")


def test_every_check_says_how_it_is():
    health = Health({"camera": lambda: "disconnected", "storage": lambda: OK, "network": failing})
    assert health.checks() == {"camera": "disconnected", "storage": "ok", "network": "error"}


def test_checks_are_made_anew():
    answers = ["ok", "full"]
    health = Health({"storage": lambda: answers.pop(0)})
    assert [health.checks()["storage"] for _ in range(2)] == ["ok", "full"]


def test_an_alarm_is_told_of_only_while_something_is_wrong():
    answers = ["ok", "damaged", "ok"]
    health = Health({"storage": lambda: OK}, alarms={"config": lambda: answers.pop(0)})
    seen = [health.checks() for _ in range(3)]
    assert seen == [{"storage": "ok"}, {"storage": "ok", "config": "damaged"}, {"storage": "ok"}]


def test_a_bug_in_a_check_is_not_hidden():
    with pytest.raises(KeyError):
        Health({"camera": lambda: {}["state"]}).checks()


def test_the_system_is_not_asked_for_everybody_anew():
    asked = []

    def check():
        asked.append(OK)
        return OK

    sampled = Sampled(check)
    assert [sampled() for _ in range(100)] == [OK] * 100
    assert len(asked) < 10
    wait_until = time.monotonic() + SAMPLE_AGE_S
    while time.monotonic() < wait_until:
        pass
    before = len(asked)
    sampled()
    assert len(asked) == before + 1

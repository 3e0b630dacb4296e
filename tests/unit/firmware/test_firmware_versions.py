"""Which of two versions is the older one."""

from itertools import combinations

import pytest

from camerad.firmware.versions import is_older

IN_ORDER = ["0.9", "1.0~1", "1.0-alpha", "1.0-rc1", "1.0-rc2", "1.0-rc10", "1.0", "1.0.1", "1.9"]
IN_ORDER += ["1.10", "2", "2.0", "2.0a", "2025.01.15", "20250115"]


@pytest.mark.parametrize(("older", "newer"), [*combinations(IN_ORDER, 2)])
def test_each_is_older_than_those_behind_it(older, newer):
    assert is_older(older, newer)
    assert not is_older(newer, older)


@pytest.mark.parametrize(
    ("one", "other"), [("1.2.3", "1.2.3"), ("v1.2", "1.2"), ("1.2+build5", "1.2"), ("", "")]
)
def test_neither_is_older(one, other):
    assert not is_older(one, other)
    assert not is_older(other, one)


def test_no_version_at_all_is_the_oldest():
    assert is_older("", "0")

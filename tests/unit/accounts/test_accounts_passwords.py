import time

import pytest

from camerad.accounts import passwords
from camerad.accounts.passwords import MACHINE_MADE, check_choice, hash_password, verify_password
from camerad.errors import InvalidRequest


def test_only_the_password_fits():
    stored = hash_password("correct horse", MACHINE_MADE)
    assert verify_password("correct horse", stored)
    assert not verify_password("correct horsf", stored)
    assert not verify_password("", stored)


def test_salts_differ():
    assert hash_password("x" * 10, MACHINE_MADE) != hash_password("x" * 10, MACHINE_MADE)


def test_the_cost_is_stored_with_the_hash(monkeypatch):
    stored = hash_password("pässword€", passwords.Cost(4, 4, 2))
    assert stored.startswith("$scrypt$ln=4,r=4,p=2$")
    monkeypatch.setattr(passwords, "CHOSEN_BY_PEOPLE", MACHINE_MADE)
    assert verify_password("pässword€", stored)


def test_peoples_passwords_get_owasps_cost():
    assert hash_password("x" * 10).startswith("$scrypt$ln=14,r=8,p=5$")


def test_nothing_fits_the_dummy_and_it_takes_as_long():
    assert passwords.DUMMY.startswith("$scrypt$ln=14,r=8,p=5$")
    assert not verify_password("", passwords.DUMMY)


@pytest.mark.parametrize("password", ["\ud800", "\x00", "x" * 100_000])
def test_odd_passwords_are_wrong_and_no_error(password):
    assert not verify_password(password, hash_password("right", MACHINE_MADE))


def test_long_passwords_count_to_their_end():
    stored = hash_password("x" * passwords.MAX_LENGTH, MACHINE_MADE)
    assert not verify_password("x" * (passwords.MAX_LENGTH + 1), stored)


@pytest.mark.parametrize("password", ["", "password", "x" * 9, "x" * 1025])
def test_bad_choices(password):
    with pytest.raises(InvalidRequest):
        check_choice(password)


def test_a_machine_made_secret_costs_little():
    start_s = time.process_time()
    hash_password("x" * 22, MACHINE_MADE)
    assert time.process_time() - start_s < 0.015

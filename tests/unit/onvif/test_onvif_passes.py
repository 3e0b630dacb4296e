"""Addresses of pictures that let their reader in."""

import pytest

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.config.schema import Auth
from camerad.onvif.serving.passes import Passes

ADMIN = Principal("boss", Role.ADMIN, "user")


@pytest.fixture
def accounts(tmp_path):
    accounts = Accounts(tmp_path)
    accounts.add_user("boss", Role.ADMIN, "a long password")
    return accounts


def test_a_pass_is_for_pictures_alone(accounts):
    let_in = Passes(accounts, lambda: Auth(session_ttl=600)).issue(ADMIN)
    principal = accounts.find_token(let_in.query.removeprefix("&token="))
    assert (principal.name, principal.role, principal.kind) == ("boss", Role.VIEWER, "session")
    assert let_in.ttl_s == 600


def test_who_asks_often_gets_the_same(accounts):
    passes = Passes(accounts, Auth)
    assert passes.issue(ADMIN) == passes.issue(ADMIN)


def test_it_ends_with_the_password(accounts):
    passes = Passes(accounts, Auth)
    first = passes.issue(ADMIN)
    accounts.set_password("boss", "another long password")
    assert accounts.find_token(first.query.removeprefix("&token=")) is None
    assert passes.issue(ADMIN) != first


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [(None, True), (ADMIN, False), (Principal("machine", Role.VIEWER, "token"), True)],
)
def test_some_have_to_log_in_themselves(accounts, principal, allowed):
    assert Passes(accounts, lambda: Auth(query_token=allowed)).issue(principal).query == ""

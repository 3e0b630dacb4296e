"""What somebody was let in with, looked at again later."""

from types import SimpleNamespace

import pytest
from requests_by_hand import request

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.http.auth import Authenticator

TOKEN = Principal("machine", Role.VIEWER, "token")
SESSION = Principal("alice", Role.ADMIN, "session")
USER = Principal("alice", Role.ADMIN, "user")


class Accounts:
    def __init__(self):
        self.tokens = {"secret": TOKEN, "other": TOKEN, "session": SESSION}
        self.users = {"alice": SimpleNamespace(role=Role.ADMIN, password="hash")}
        self.find_token = self.tokens.get
        self.find_user = self.users.get


@pytest.fixture
def accounts():
    return Accounts()


@pytest.fixture
def authenticator(accounts):
    return Authenticator(accounts, None, None)


def admitted(principal, url="/ws", headers=()):
    made = request(url, headers=headers)
    made.ctx.principal = principal
    return made


def bearer(secret):
    return [("authorization", f"Bearer  {secret} ")]


WAYS = {
    "bearer": (TOKEN, "/ws", bearer("secret")),
    "query": (TOKEN, "/ws?token=secret", ()),
    "session": (SESSION, "/ws", bearer("session")),
    "user": (USER, "/ws", [("authorization", "Basic YWxpY2U6cHc=")]),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_it_holds_while_nothing_has_changed(authenticator, way):
    credential = authenticator.credential(admitted(*way))
    assert authenticator.holds(credential)
    assert credential.principal == way[0]


@pytest.mark.parametrize("way", ["bearer", "query", "session"])
def test_a_token_that_is_gone_holds_no_more(authenticator, accounts, way):
    credential = authenticator.credential(admitted(*WAYS[way]))
    accounts.tokens.clear()
    assert not authenticator.holds(credential)


@pytest.mark.parametrize(
    "change",
    [
        lambda users: users.clear(),
        lambda users: setattr(users["alice"], "password", "another"),
        lambda users: setattr(users["alice"], "role", Role.VIEWER),
    ],
    ids=["removed", "password", "role"],
)
def test_a_user_who_has_changed_has_to_log_in_again(authenticator, accounts, change):
    credential = authenticator.credential(admitted(*WAYS["user"]))
    change(accounts.users)
    assert not authenticator.holds(credential)


def test_the_same_token_is_the_same_credential_and_another_is_not(authenticator):
    first, second, other = (
        authenticator.credential(admitted(TOKEN, *way))
        for way in (
            ("/ws", bearer("secret")),
            ("/ws?token=secret", ()),
            ("/ws", bearer("other")),
        )
    )
    assert {first, second} == {first}
    assert first != other


def test_no_secret_is_shown(authenticator):
    assert "secret" not in repr(authenticator.credential(admitted(*WAYS["bearer"])))

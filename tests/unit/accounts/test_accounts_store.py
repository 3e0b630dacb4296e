import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from camerad.accounts import passwords
from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.errors import (
    AccountExists,
    InsufficientStorage,
    InvalidRequest,
    LastAdmin,
    NotFound,
)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords.hash_password, "__defaults__", (passwords.MACHINE_MADE,))


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path)


def test_roles_include_those_before():
    assert Role.ADMIN.includes(Role.VIEWER)
    assert Role.OPERATOR.includes(Role.OPERATOR)
    assert not Role.VIEWER.includes(Role.OPERATOR)


def test_a_token_is_found_and_its_secret_stored_nowhere(accounts, tmp_path):
    secret = accounts.add_token("ci", Role.VIEWER)
    assert accounts.find_token(secret) == Principal("ci", Role.VIEWER, "token")
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    assert stat.S_IMODE((tmp_path / "accounts.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "1a2B3c4D5e6f7G8h"])
def test_unknown_tokens(accounts, secret):
    accounts.add_token("ci", Role.VIEWER)
    assert accounts.find_token(secret) is None


def test_another_process_adds_and_revokes_at_once(accounts, tmp_path):
    command_line = Accounts(tmp_path)
    for name in ("a", "b"):
        secret = command_line.add_token(name, Role.ADMIN)
        assert accounts.find_token(secret) == Principal(name, Role.ADMIN, "token")
        command_line.revoke_token(name)
        assert accounts.find_token(secret) is None


def test_a_token_ends_with_its_time(tmp_path):
    now = datetime(2025, 1, 15, tzinfo=UTC)
    accounts = Accounts(tmp_path, now=lambda: now)
    secret = accounts.add_token("ci", Role.VIEWER, expires_days=1.5)
    assert accounts.tokens()[0].expires == datetime(2025, 1, 16, 12, tzinfo=UTC)
    now += timedelta(days=1.5) - timedelta(seconds=1)
    assert accounts.find_token(secret)
    now += timedelta(seconds=1)
    assert accounts.find_token(secret) is None
    assert [token.name for token in accounts.tokens()] == ["ci"]


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf"), 1e9])
def test_impossible_lifetimes(accounts, days):
    with pytest.raises(InvalidRequest):
        accounts.add_token("ci", Role.VIEWER, expires_days=days)


@pytest.mark.parametrize("name", ["", "a:b", "a b", "ä", "-x", "x" * 65, "a\n", "../x"])
def test_impossible_names(accounts, name):
    with pytest.raises(InvalidRequest):
        accounts.add_token(name, Role.VIEWER)
    with pytest.raises(InvalidRequest):
        accounts.add_user(name, Role.VIEWER, "long enough")


def test_names_are_unique(accounts):
    accounts.add_token("x", Role.VIEWER)
    accounts.add_user("x", Role.VIEWER, "long enough")
    with pytest.raises(AccountExists):
        accounts.add_token("x", Role.ADMIN)
    with pytest.raises(AccountExists):
        accounts.add_user("x", Role.ADMIN, "long enough")


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: accounts.revoke_token("x"),
        lambda accounts: accounts.remove_user("x"),
        lambda accounts: accounts.set_password("x", "long enough"),
        lambda accounts: accounts.set_role("x", Role.VIEWER),
        lambda accounts: accounts.open_session("x", 60),
    ],
)
def test_who_is_not_there(accounts, change):
    with pytest.raises(NotFound):
        change(accounts)


def test_users_come_change_and_go(accounts):
    accounts.add_user("eve", Role.OPERATOR, "first password")
    principal = Principal("eve", Role.OPERATOR, "user")
    assert accounts.users() == [principal]
    assert accounts.verify_password("eve", "first password") == principal
    accounts.set_password("eve", "other password")
    assert accounts.verify_password("eve", "first password") is None
    assert accounts.verify_password("eve", "other password") == principal
    accounts.set_role("eve", Role.ADMIN)
    assert accounts.users() == [Principal("eve", Role.ADMIN, "user")]
    accounts.add_user("ada", Role.ADMIN, "other password")
    accounts.remove_user("eve")
    assert accounts.verify_password("eve", "other password") is None


def test_the_last_administrator_stays(accounts):
    accounts.add_user("eve", Role.OPERATOR, "long enough")
    for name in ("adam", "ada"):
        accounts.add_user(name, Role.ADMIN, "long enough")
    accounts.remove_user("adam")
    with pytest.raises(LastAdmin):
        accounts.remove_user("ada")
    for role in (Role.OPERATOR, Role.VIEWER):
        with pytest.raises(LastAdmin):
            accounts.set_role("ada", role)
    accounts.set_role("ada", Role.ADMIN)
    accounts.remove_user("eve")
    assert [user.name for user in accounts.users()] == ["ada"]


def test_an_unknown_user_costs_a_hash(accounts, monkeypatch):
    verified = []
    monkeypatch.setattr(passwords, "verify_password", lambda _, stored: verified.append(stored))
    assert accounts.verify_password("nobody", "x") is None
    assert verified == [passwords.DUMMY]


def test_first_start_makes_one_administrator_once(accounts, tmp_path):
    credentials = accounts.first_start()
    assert accounts.first_start() is None
    assert accounts.verify_password("admin", credentials.password).role is Role.ADMIN
    assert accounts.find_token(credentials.token) == Principal("first-start", Role.ADMIN, "token")
    assert len(credentials.password) >= 20
    assert credentials.password not in repr(credentials)
    assert credentials.token not in repr(credentials)
    path = tmp_path / "first-credentials"
    assert path.read_text() == credentials.text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_chosen_password_ends_the_first_one_and_its_file(accounts, tmp_path):
    credentials = accounts.first_start()
    accounts.set_password("admin", "chosen by a person")
    assert accounts.verify_password("admin", credentials.password) is None
    assert not (tmp_path / "first-credentials").exists()


def test_a_device_with_a_user_gets_no_further_accounts(accounts, tmp_path):
    accounts.add_user("provisioned", Role.ADMIN, "chosen by a person")
    assert accounts.first_start() is None
    assert not (tmp_path / "first-credentials").exists()


def test_tokens_made_before_the_first_start_stay(accounts):
    early = accounts.add_token("early", Role.VIEWER)
    accounts.add_token("first-start", Role.VIEWER)
    credentials = accounts.first_start()
    assert accounts.find_token(early).name == "early"
    assert accounts.find_token(credentials.token).role is Role.ADMIN


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\x00" * 512,
        b'{"users": [{"name": "admin", "role": "king", "password": "x"}]}',
        b'{"users": [{"name": "admin", "role": "admin", "password": "x"}]}',
    ],
)
def test_a_damaged_file_falls_back_to_its_copy(tmp_path, damage):
    secret = Accounts(tmp_path).add_token("ci", Role.VIEWER)
    (tmp_path / "accounts.json").write_bytes(damage)
    accounts = Accounts(tmp_path)
    assert accounts.find_token(secret)
    assert "accounts.json cannot be read" in accounts.warning
    accounts.add_token("other", Role.VIEWER)
    assert accounts.warning is None
    assert accounts.find_token(secret)


def test_damage_while_running_opens_nothing(tmp_path):
    accounts = Accounts(tmp_path)
    secret = accounts.add_token("ci", Role.VIEWER)
    (tmp_path / "accounts.json.good").write_bytes(b"?")
    (tmp_path / "accounts.json").write_bytes(b"?")
    assert accounts.find_token(secret) is None
    assert accounts.warning


def test_all_lost_is_a_first_start_that_destroys_nothing(tmp_path):
    old = Accounts(tmp_path).first_start()
    (tmp_path / "accounts.json.good").write_bytes(b"copy")
    (tmp_path / "accounts.json").write_bytes(b"file")
    accounts = Accounts(tmp_path)
    new = accounts.first_start()
    assert accounts.find_token(old.token) is None
    assert accounts.find_token(new.token)
    assert (tmp_path / "accounts.json.damaged").read_bytes() == b"file"
    assert (tmp_path / "accounts.json.good.damaged").read_bytes() == b"copy"


def test_full_disk(accounts, tmp_path, monkeypatch):
    secret = accounts.add_token("ci", Role.VIEWER)
    before = (tmp_path / "accounts.json").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InsufficientStorage, match="No space"):
        accounts.add_token("other", Role.VIEWER)
    assert (tmp_path / "accounts.json").read_bytes() == before
    assert accounts.find_token(secret)


def test_keys_of_a_newer_version_are_no_damage(accounts, tmp_path):
    secret = accounts.add_token("ci", Role.VIEWER)
    document = json.loads((tmp_path / "accounts.json").read_bytes())
    document["hologram"] = document["tokens"][0]["colour"] = "red"
    (tmp_path / "accounts.json").write_text(json.dumps(document))
    assert accounts.find_token(secret)
    assert accounts.warning is None


def test_a_session_is_a_token_of_its_user(accounts):
    accounts.add_user("eve", Role.OPERATOR, "long enough")
    secret = accounts.open_session("eve", 60)
    assert accounts.find_token(secret) == Principal("eve", Role.OPERATOR, "session")
    accounts.close_session(secret)
    assert accounts.find_token(secret) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda accounts: accounts.remove_user("eve"),
        lambda accounts: accounts.set_password("eve", "another password"),
        lambda accounts: accounts.set_role("eve", Role.VIEWER),
    ],
)
def test_a_session_ends_with_its_login(accounts, end):
    accounts.add_user("eve", Role.OPERATOR, "long enough")
    secret = accounts.open_session("eve", 60)
    end(accounts)
    assert accounts.find_token(secret) is None

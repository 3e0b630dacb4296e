"""Who may come in by WS-UsernameToken."""

import base64
import time

import pytest

from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.clock import iso_utc
from camerad.config.schema import Onvif, OnvifUser
from camerad.errors import InvalidCredentials
from camerad.onvif.envelope import read_envelope
from camerad.onvif.names import SOAP12
from camerad.onvif.serving.faults import NotAuthorized
from camerad.onvif.serving.login import WINDOW_S, UsernameTokens
from camerad.onvif.wsse import digest, security_header

PASSWORD = "for ONVIF alone"
HERE = "10.0.0.9"
OPERATION = '<t:GetScopes xmlns:t="http://www.onvif.org/ver10/device/wsdl"/>'


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """Made once, since each password is hashed for a tenth of a second."""
    accounts = Accounts(tmp_path_factory.mktemp("accounts"))
    for name in ("vms", "other"):
        accounts.add_user(name, Role.VIEWER, "the user's own password")
    return accounts


@pytest.fixture
def tokens(accounts):
    async def verify(user, password, address):
        assert address == HERE
        found = accounts.verify_password(user, password)
        if found is None:
            raise InvalidCredentials("Authentication failed")
        return found

    users = [OnvifUser(username=name, password=PASSWORD) for name in ("vms", "gone")]
    users.append(OnvifUser(username="other"))
    return UsernameTokens(accounts, verify, lambda: Onvif(users=users))


def message(header):
    return read_envelope(
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Header>{header}</s:Header>'
        f"<s:Body>{OPERATION}</s:Body></s:Envelope>".encode()
    )


def with_token(user="vms", password=PASSWORD, ahead_s=0.0):
    return message(security_header(user, password, time.time() + ahead_s).decode())


async def test_a_digest_lets_in(tokens):
    principal = await tokens.principal(with_token(), HERE)
    assert (principal.name, principal.role) == ("vms", Role.VIEWER)


async def test_who_says_nothing_is_nobody(tokens):
    assert await tokens.principal(message(""), HERE) is None
    assert await tokens.principal(read_envelope(message("").data), HERE) is None


@pytest.mark.parametrize("ahead_s", [-WINDOW_S + 5, WINDOW_S - 5])
async def test_clocks_may_differ(tokens, ahead_s):
    assert await tokens.principal(with_token(ahead_s=ahead_s), HERE)


@pytest.mark.parametrize(
    "options",
    [
        {"password": "another"},
        {"password": "the user's own password"},
        {"user": "nobody"},
        {"user": "gone"},  # no user of the device any more
        {"user": "other", "password": ""},  # has no password for ONVIF
        {"ahead_s": -WINDOW_S - 5},
        {"ahead_s": WINDOW_S + 5},
    ],
)
async def test_others_are_not_let_in(tokens, options):
    with pytest.raises(NotAuthorized):
        await tokens.principal(with_token(**options), HERE)


async def test_a_token_is_good_once(tokens):
    sent = with_token()
    await tokens.principal(sent, HERE)
    with pytest.raises(NotAuthorized, match="used before"):
        await tokens.principal(sent, HERE)


@pytest.mark.parametrize(
    ("nonce", "created"),
    [("AAAA", "yesterday"), ("AAAA", "2026-01-01T00:00:00"), ("AAAA", ""), ("%%%", iso_utc())],
    ids=["a word", "no zone", "nothing", "no nonce"],
)
async def test_malformed_tokens(tokens, nonce, created):
    made = digest(base64.b64decode("AAAA"), created, PASSWORD)
    good = with_token().data.decode()
    header = good[good.index("<wsse:Security") : good.index("</s:Header>")]
    for tag, value in (("wsse:Nonce", nonce), ("wsu:Created", created), ("wsse:Password", made)):
        start = header.index(">", header.index(f"<{tag}")) + 1
        header = header[:start] + value + header[header.index(f"</{tag}") :]
    with pytest.raises(NotAuthorized):
        await tokens.principal(message(header), HERE)


async def test_the_users_password_itself_will_do(tokens):
    def plain(password):
        header = security_header("vms", "x", time.time()).decode().replace("#PasswordDigest", "#x")
        start, end = header.index('#x">') + 4, header.index("</wsse:Password>")
        return message(header[:start] + password + header[end:])

    assert await tokens.principal(plain("the user's own password"), HERE)
    with pytest.raises(NotAuthorized):
        await tokens.principal(plain(PASSWORD), HERE)


async def test_who_guesses_has_to_wait(tokens):
    for _ in range(10):
        with pytest.raises(NotAuthorized):
            await tokens.principal(with_token(password="a guess"), HERE)
    with pytest.raises(NotAuthorized, match="Too many"):
        await tokens.principal(with_token(), HERE)
    assert await tokens.principal(with_token(), "10.0.0.10")

from base64 import b64encode

import pytest
from requests_by_hand import HERE, request

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.errors import InvalidCredentials, InvalidRequest, PermissionDenied
from camerad.http.auth import Authenticator, client_address

TOKENS = {f"secret of {role.value}".replace(" ", "-"): role for role in Role}
VIEWER, OPERATOR, ADMIN = TOKENS


class Accounts:
    def find_token(self, secret):
        role = TOKENS.get(secret)
        return role and Principal(role.value, role, "token")


@pytest.fixture
def asked():
    """User, password and address of every login."""
    return []


@pytest.fixture
def allowed():
    """Whether ?token= is."""
    return [True]


@pytest.fixture
def authenticator(asked, allowed):
    async def verify(user, password, address):
        asked.append((user, password, address))
        if password != "right":
            raise InvalidCredentials("Authentication failed", "wrong")
        return Principal(user, Role.VIEWER, "user")

    return Authenticator(Accounts(), verify, lambda: allowed[0])


def bearer(token):
    return ("authorization", f"Bearer {token}")


def basic(text):
    return ("authorization", f"Basic {b64encode(text.encode()).decode()}")


@pytest.mark.parametrize(
    "made",
    [
        request(headers=[bearer(VIEWER)]),
        request(headers=[("Authorization", f"bearer  {VIEWER} ")]),
        request(f"/image?token={VIEWER}"),
        request(f"/image?quality=5&token={VIEWER}", "HEAD"),
        request(headers=[basic("viewer:right")]),
    ],
    ids=["bearer", "in small letters", "query", "query of HEAD", "basic"],
)
async def test_every_way_leads_in(authenticator, made):
    principal = await authenticator.require(made, Role.VIEWER)
    assert (principal.name, principal.role) == ("viewer", Role.VIEWER)


async def test_a_login_is_verified_with_its_address(authenticator, asked):
    await authenticator.require(request(headers=[basic("vera:right")]), Role.VIEWER)
    with pytest.raises(InvalidCredentials):
        await authenticator.require(request(headers=[basic("vera:a:b")]), Role.VIEWER)
    assert asked == [("vera", "right", HERE), ("vera", "a:b", HERE)]


@pytest.mark.parametrize(
    ("token", "needed", "passes"),
    [
        (token, needed, [*Role].index(role) >= [*Role].index(needed))
        for token, role in TOKENS.items()
        for needed in Role
    ],
)
async def test_a_role_includes_those_below_it(authenticator, token, needed, passes):
    made = request(headers=[bearer(token)])
    if passes:
        await authenticator.require(made, needed)
        return
    with pytest.raises(PermissionDenied) as caught:
        await authenticator.require(made, needed)
    assert needed.value in caught.value.details


@pytest.mark.parametrize(
    "made",
    [
        request(headers=[bearer(VIEWER), bearer(VIEWER)]),
        request(headers=[bearer(VIEWER), basic("viewer:right")]),
        request(f"/?token={VIEWER}", headers=[bearer(VIEWER)]),
        request(f"/?token={VIEWER}&token={VIEWER}"),
        request(f"/?token=&token={VIEWER}"),
        request("/?token", headers=[basic("viewer:right")]),
    ],
)
async def test_more_than_one_is_refused(authenticator, made):
    with pytest.raises(InvalidRequest, match="More than one"):
        await authenticator.require(made, Role.VIEWER)


@pytest.mark.parametrize(
    "made",
    [
        request(),
        request("/?token="),
        request("/?token"),
        request("/?token=wrong"),
        request("/?token=%ff%00"),
        request(f"/?Token={VIEWER}"),
        request(f"/#token={VIEWER}"),
        *(
            request(headers=[("authorization", value)])
            for value in (
                "",
                VIEWER,
                "Bearer",
                "Bearer ",
                "Bearer wrong",
                "Bearer \udcff",
                f"Digest {VIEWER}",
                "Basic",
                "Basic !",
                "Basic \udcff",
                "Basic é",
                f"Basic {b64encode(b'viewer').decode()}",
                f"Basic {b64encode(bytes([255])).decode()}",
                basic("viewer:wrong")[1],
            )
        ),
    ],
    ids=lambda made: f"{made.raw_url.decode()} {made.headers.get('authorization')!a}",
)
async def test_who_is_not_known_is_not_let_in(authenticator, made):
    with pytest.raises(InvalidCredentials) as caught:
        await authenticator.require(made, Role.VIEWER)
    assert VIEWER not in f"{caught.value.message} {caught.value.details}"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_token_in_the_url_changes_nothing(authenticator, method):
    with pytest.raises(InvalidCredentials, match="failed"):
        await authenticator.require(request(f"/?token={ADMIN}", method), Role.VIEWER)


async def test_a_token_in_the_url_can_be_switched_off(authenticator, allowed):
    allowed[0] = False
    with pytest.raises(InvalidCredentials):
        await authenticator.require(request(f"/?token={ADMIN}"), Role.VIEWER)
    await authenticator.require(request(headers=[bearer(ADMIN)]), Role.VIEWER)


def test_nobody_chooses_his_own_address():
    made = request(
        headers=[("x-forwarded-for", "10.0.0.1"), ("forwarded", "for=10.0.0.1")], address=HERE
    )
    assert client_address(made) == HERE

import asyncio
import threading

import pytest

from camerad.accounts import passwords
from camerad.accounts import verifier as module
from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.accounts.verifier import Verifier
from camerad.errors import InvalidCredentials, Overloaded, RateLimited

RIGHT = "the right password"
HERE, THERE = "192.0.2.1", "198.51.100.1"


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def hashes(monkeypatch):
    """The passwords that were hashed; cheaply."""
    monkeypatch.setattr(passwords.hash_password, "__defaults__", (passwords.MACHINE_MADE,))
    monkeypatch.setattr(passwords, "DUMMY", passwords.hash_password("unguessable"))
    real, hashed = passwords.verify_password, []

    def verify(password, stored):
        hashed.append(password)
        return real(password, stored)

    monkeypatch.setattr(passwords, "verify_password", verify)
    return hashed


@pytest.fixture
def accounts(tmp_path):
    accounts = Accounts(tmp_path)
    accounts.add_user("eve", Role.OPERATOR, RIGHT)
    return accounts


@pytest.fixture
def verifier(accounts, clock):
    verifier = Verifier(accounts, clock)
    yield verifier
    verifier.close()


async def fail(verifier, times, user="eve", address=HERE):
    for number in range(times):
        with pytest.raises(InvalidCredentials):
            await verifier.verify(user, f"wrong {user} {number}", address)


async def test_polling_costs_one_hash(verifier, hashes, clock):
    for _ in range(50):
        assert await verifier.verify("eve", RIGHT, HERE) == Principal("eve", Role.OPERATOR, "user")
    assert len(hashes) == 1
    clock.now_s += module.GOOD_FOR_S
    await verifier.verify("eve", RIGHT, HERE)
    assert len(hashes) == 2


async def test_many_at_once_cost_one_hash(verifier, hashes):
    await asyncio.gather(*(verifier.verify("eve", RIGHT, HERE) for _ in range(50)))
    assert len(hashes) == 1


async def test_a_new_password_ends_the_old_one_at_once(verifier, accounts):
    await verifier.verify("eve", RIGHT, HERE)
    accounts.set_password("eve", "a new password")
    with pytest.raises(InvalidCredentials):
        await verifier.verify("eve", RIGHT, HERE)
    await verifier.verify("eve", "a new password", HERE)
    accounts.remove_user("eve")
    with pytest.raises(InvalidCredentials):
        await verifier.verify("eve", "a new password", HERE)


async def test_one_old_password_polled_is_one_failure(verifier, hashes):
    for _ in range(100):
        with pytest.raises(InvalidCredentials):
            await verifier.verify("eve", "the old password", HERE)
    assert len(hashes) == 1
    await verifier.verify("eve", RIGHT, HERE)


async def test_guesses_are_slowed_by_address(verifier, hashes, clock):
    for number in range(5):
        await fail(verifier, 1, user=f"user{number}")
    with pytest.raises(RateLimited) as caught:
        await verifier.verify("eve", RIGHT, HERE)
    assert caught.value.retry_after_s == 1
    assert len(hashes) == 5
    await verifier.verify("eve", RIGHT, THERE)
    clock.now_s += 1
    await verifier.verify("eve", RIGHT, HERE)


async def test_an_ipv6_network_is_one_guesser(verifier):
    for number in range(5):
        await fail(verifier, 1, user=f"user{number}", address=f"2001:db8::{number}")
    with pytest.raises(RateLimited):
        await verifier.verify("eve", RIGHT, "2001:db8::99")


async def test_guesses_are_slowed_by_account(verifier):
    for number in range(5):
        with pytest.raises(InvalidCredentials):
            await verifier.verify("eve", f"wrong {number}", f"192.0.2.{number}")
    with pytest.raises(RateLimited):
        await verifier.verify("eve", RIGHT, THERE)


async def test_guessers_elsewhere_do_not_lock_out_a_known_address(verifier, clock):
    await verifier.verify("eve", RIGHT, HERE)
    await fail(verifier, 5, address=THERE)
    clock.now_s += module.GOOD_FOR_S
    for number in range(3):
        clock.now_s += 10
        with pytest.raises(InvalidCredentials):
            await verifier.verify("eve", f"other wrong {number}", f"203.0.113.{number}")
    with pytest.raises(RateLimited):
        await verifier.verify("eve", RIGHT, "203.0.113.99")
    await verifier.verify("eve", RIGHT, HERE)


async def test_who_is_remembered_is_not_slowed(verifier):
    await verifier.verify("eve", RIGHT, HERE)
    await fail(verifier, 5, user="nobody")
    await verifier.verify("eve", RIGHT, HERE)


async def test_success_with_an_own_account_does_not_buy_guesses(verifier, accounts):
    accounts.add_user("mallory", Role.VIEWER, "mallory's own")
    await fail(verifier, 4)
    await verifier.verify("mallory", "mallory's own", HERE)
    await fail(verifier, 1, user="admin")
    with pytest.raises(RateLimited):
        await verifier.verify("eve", "next guess", HERE)


async def test_parallel_guesses_are_not_free(verifier, hashes):
    results = await asyncio.gather(
        *(verifier.verify("eve", f"guess {number}", HERE) for number in range(40)),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, RateLimited)]
    assert (len(hashes), len(refused)) == (5, 35)


async def test_a_flood_from_everywhere_is_refused_and_passes(verifier, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(passwords, "verify_password", lambda *_: release.wait() and False)
    logins = [
        asyncio.create_task(verifier.verify(f"user{number}", "x", f"192.0.2.{number}"))
        for number in range(40)
    ]
    results = await asyncio.gather(*logins[32:], return_exceptions=True)
    assert all(isinstance(result, Overloaded) for result in results)
    release.set()
    results = await asyncio.gather(*logins[:32], return_exceptions=True)
    assert all(isinstance(result, InvalidCredentials) for result in results)


async def test_a_client_that_hangs_up_does_not_cancel_the_others(verifier, monkeypatch):
    started, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(*_):
        loop.call_soon_threadsafe(started.set)
        return release.wait()

    monkeypatch.setattr(passwords, "verify_password", slow)
    first = asyncio.create_task(verifier.verify("eve", RIGHT, HERE))
    second = asyncio.create_task(verifier.verify("eve", RIGHT, HERE))
    await started.wait()
    first.cancel()
    release.set()
    assert (await second).name == "eve"


async def test_a_password_is_in_no_table(verifier):
    await verifier.verify("eve", RIGHT, HERE)
    assert RIGHT not in str(vars(verifier._good))
    assert Verifier(verifier._accounts)._fingerprint("eve", RIGHT) != verifier._fingerprint(
        "eve", RIGHT
    )

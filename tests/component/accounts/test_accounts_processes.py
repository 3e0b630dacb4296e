"""Accounts that several processes change at once, and that one is killed while changing."""

import random
import subprocess
import sys

import pytest

from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts

ADDS_TOKENS = """
import sys
from pathlib import Path
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
accounts = Accounts(Path(sys.argv[1]))
number = 0
while number != int(sys.argv[3]):
    print(accounts.add_token(f"{sys.argv[2]}-{number}", Role.VIEWER), flush=True)
    number += 1
"""


def adds_tokens(state_dir, name, count):
    return subprocess.Popen(
        [sys.executable, "-c", ADDS_TOKENS, str(state_dir), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_no_change_is_lost(tmp_path):
    accounts = Accounts(tmp_path)
    children = [adds_tokens(tmp_path, name, 15) for name in ("a", "b")]
    own = [accounts.add_token(f"own-{number}", Role.VIEWER) for number in range(15)]
    printed = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    secrets = [*own, *printed[0], *printed[1]]
    assert len(secrets) == 45
    assert all(accounts.find_token(secret) for secret in secrets)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_kill_costs_no_token_and_blocks_nobody(tmp_path, name):
    child = adds_tokens(tmp_path, name, -1)
    try:
        secrets = [child.stdout.readline().strip() for _ in range(random.randrange(1, 10))]
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=random.uniform(0.0001, 0.01))
    finally:
        child.kill()
        child.communicate()
    accounts = Accounts(tmp_path)
    assert accounts.warning is None
    assert all(accounts.find_token(secret) for secret in secrets)
    assert accounts.find_token(accounts.add_token("after", Role.VIEWER))

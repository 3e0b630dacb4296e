"""The client on axios (Node's, in ``axios/``), and whether it has called all of the reference."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import reference
from daemon_process import ROLES
from npm import node_modules

HERE = Path(__file__).parent / "axios"


@pytest.fixture(scope="session")
def modules() -> Path:
    return node_modules(HERE)


@pytest.mark.timeout(180)
def test_the_client_on_axios(modules, process, daemon, tmp_path):
    login = process.first_credentials()
    environment = {
        "NODE_PATH": str(modules),
        "DEVICE_URL": process.url,
        "DEVICE_USER": login["user"],
        "DEVICE_PASSWORD": login["password"],
        "DEVICE_TOKENS": json.dumps({role: process.token(role) for role in ROLES}),
        "FOLDER": str(tmp_path),
        "HURRIED_URL": daemon("--camera", "pattern:320x240@30").url,
    }
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", "device.test.js"],
        cwd=HERE,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# skipped 0\n" in done.stdout
    assert endpoints_called(process.log()) >= set(reference.SECTIONS) - reference.ELSEWHERE


def endpoints_called(log: str) -> set[str]:
    """Those of the reference that were answered by 200, as the log at its level debug tells."""
    calls = re.findall(r"camerad\.access: \S+ (\S+ \S+) 200$", log, re.MULTILINE)
    return {
        endpoint
        for call in set(calls)
        for endpoint in reference.SECTIONS
        if reference.pattern(endpoint).fullmatch(call)
    }

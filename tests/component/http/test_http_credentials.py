"""Who may come in, over the wire."""

import subprocess
from base64 import b64encode

import pytest
import requests

from daemon_process import add_token, run_camerad


def ask(daemon, path="/api/camera/status", method="GET", **options):
    return requests.request(method, daemon.url + path, timeout=10, **options)


def code(answer):
    return answer.json()["error"]["code"]


def test_a_bearer_token(served):
    assert ask(served, headers=served.headers("viewer")).status_code == 200


def test_a_user_and_password(served):
    login = served.first_credentials()
    assert ask(served, auth=(login["user"], login["password"])).status_code == 200
    refused = ask(served, auth=(login["user"], "wrong"))
    assert (refused.status_code, code(refused)) == (401, "INVALID_CREDENTIALS")


def test_polling_with_a_password_costs_no_hash_each(served):
    login = served.first_credentials()
    with requests.Session() as session:
        session.auth = login["user"], login["password"]
        for _ in range(20):
            assert session.get(f"{served.url}/api/camera/status", timeout=10).status_code == 200


def test_a_token_in_the_query(served):
    for method in ("GET", "HEAD"):
        answer = ask(served, f"/api/info?token={served.token('viewer')}", method)
        assert answer.status_code == 200


def test_a_token_in_the_query_changes_nothing(served):
    answer = ask(served, f"/snapshot?token={served.token('admin')}", "POST")
    assert (answer.status_code, code(answer)) == (401, "INVALID_CREDENTIALS")


@pytest.mark.parametrize(
    ("method", "path", "role", "status"),
    [
        ("GET", "/image", "viewer", 200),
        ("GET", "/api/info", "viewer", 200),
        ("POST", "/snapshot", "viewer", 403),
        ("POST", "/snapshot", "operator", 200),
        ("POST", "/snapshot", "admin", 200),
    ],
)
def test_roles(served, method, path, role, status):
    answer = ask(served, path, method, headers=served.headers(role))
    assert answer.status_code == status
    if status == 403:
        assert code(answer) == "PERMISSION_DENIED"


def test_more_than_one_is_refused(served):
    token = served.token("viewer")
    bearer = ("-H", f"Authorization: Bearer {token}")
    basic = ("-H", f"Authorization: Basic {b64encode(b'admin:x').decode()}")
    url = f"{served.url}/image"
    for twice in (
        [*bearer, f"{url}?token={token}"],
        [*bearer, *basic, url],
        [*bearer, *bearer, url],
        [f"{url}?token={token}&token={token}"],
    ):
        status = subprocess.check_output(
            ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *twice], text=True
        )
        assert status == "400"


def test_the_query_can_be_switched_off(daemon, tmp_path):
    config = tmp_path / "camerad.toml"
    config.write_text("[auth]\nquery_token = false\n")
    process = daemon("--config", str(config))
    answer = ask(process, f"/api/info?token={process.token('admin')}")
    assert (answer.status_code, code(answer)) == (401, "INVALID_CREDENTIALS")
    assert ask(process, headers=process.headers("viewer")).status_code == 200


def test_a_login_gives_a_token(served):
    login = served.first_credentials()
    wanted = {"username": login["user"], "password": login["password"]}
    answer = ask(served, "/api/login", "POST", json=wanted)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    opened = answer.json()
    assert list(opened) == ["token", "role", "expires"]
    assert opened["role"] == "admin"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    assert ask(served, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "admin", "password": "wrong"}, 401),
        ({"username": "nobody", "password": "x"}, 401),
        ({"username": "admin"}, 400),
        ({"username": 1, "password": "x"}, 400),
        ([], 400),
    ],
)
def test_a_bad_login_gives_none(served, body, status):
    answer = ask(served, "/api/login", "POST", json=body)
    assert answer.status_code == status
    assert "token" not in answer.json()


def test_guessing_is_held_up_and_told_so(daemon):
    process = daemon()
    answers = [ask(process, auth=("admin", f"guess {number}")) for number in range(8)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    assert code(answers[-1]) == "RATE_LIMITED"
    assert int(answers[-1].headers["retry-after"]) >= 1
    # Who has a token is not held up by who guesses beside him.
    assert ask(process, headers=process.headers("viewer")).status_code == 200


def test_a_token_works_and_ends_at_once(daemon):
    process = daemon()
    secret = add_token(process.state, "new", "viewer")
    headers = {"Authorization": f"Bearer {secret}"}
    assert ask(process, headers=headers).status_code == 200
    run_camerad("token", "revoke", "new", "--state", process.state)
    assert ask(process, headers=headers).status_code == 401

"""Users, tokens and logins over the API."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

PASSWORD = "correct horse"
OTHER = "battery staple"


class Client:
    """Asks one daemon with any credentials."""

    def __init__(self, process):
        self._process = process
        self.admin = process.headers("admin")

    def __call__(self, method, path, headers=None, **options):
        headers = self.admin if headers is None else headers
        url = f"{self._process.url}{path}"
        return requests.request(method, url, headers=headers, timeout=10, **options)

    def made(self, path, **body):
        answer = self("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["success"] is True
        return answer

    def login(self, name, password):
        """The headers of a new session; None if the password is wrong."""
        body = {"username": name, "password": password}
        answer = self("POST", "/api/login", {}, json=body)
        if answer.status_code == 401:
            return None
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def enters(self, headers):
        return self("GET", "/api/info", headers).status_code == 200


def problem(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture(scope="module")
def client(serving):
    """Of one daemon for all these tests: each makes accounts of its own, and only few logins may
    fail, or all are held up.
    """
    return Client(serving("--camera", "pattern:320x240"))


def names(client, kind):
    return {item["name"]: item for item in client("GET", f"/api/{kind}").json()[kind]}


class TestUsers:
    def test_come_and_go(self, client):
        client.made("/api/users", name="u.come@x+y", role="operator", password=PASSWORD)
        assert names(client, "users")["u.come@x+y"] == {"name": "u.come@x+y", "role": "operator"}
        session = client.login("u.come@x+y", PASSWORD)
        assert client.enters(session)
        assert client("DELETE", "/api/users/u.come%40x%2By").json() == {"success": True}
        assert not client.enters(session)
        assert "u.come@x+y" not in names(client, "users")

    def test_a_name_that_is_taken(self, client):
        client.made("/api/users", name="u-taken", role="viewer", password=PASSWORD)
        body = {"name": "u-taken", "role": "admin", "password": OTHER}
        assert problem(client("POST", "/api/users", json=body)) == (409, "ACCOUNT_EXISTS")
        assert client.login("u-taken", PASSWORD)

    @pytest.mark.parametrize(
        "change",
        [
            {"name": "a:b"},
            {"name": ""},
            {"name": "a\n"},
            {"name": 7},
            {"role": "root"},
            {"password": "short"},
            {"password": "x" * 1025},
            {"password": None},
        ],
    )
    def test_what_none_can_be(self, client, change):
        before = names(client, "users")
        body = {"name": "u-bad", "role": "viewer", "password": PASSWORD} | change
        answer = client("POST", "/api/users", json=body)
        assert problem(answer) == (400, "INVALID_REQUEST")
        assert "x" * 20 not in answer.text
        assert names(client, "users") == before

    def test_an_unknown_one(self, client):
        assert problem(client("DELETE", "/api/users/nobody")) == (404, "NOT_FOUND")
        answer = client("PUT", "/api/users/nobody/password", json={"password": PASSWORD})
        assert problem(answer) == (404, "NOT_FOUND")
        answer = client("PUT", "/api/users/nobody/role", json={"role": "viewer"})
        assert problem(answer) == (404, "NOT_FOUND")

    def test_another_role_holds_at_once(self, client):
        client.made("/api/users", name="u-role", role="viewer", password=PASSWORD)
        session = client.login("u-role", PASSWORD)
        assert client("GET", "/api/users", auth=("u-role", PASSWORD)).status_code == 403
        answer = client("PUT", "/api/users/u-role/role", json={"role": "admin"})
        assert answer.json() == {"success": True}
        assert names(client, "users")["u-role"]["role"] == "admin"
        assert not client.enters(session)
        assert client("GET", "/api/users", auth=("u-role", PASSWORD)).status_code == 200
        assert client("DELETE", "/api/users/u-role").status_code == 200

    @pytest.mark.parametrize("body", [{}, {"role": "root"}, {"role": None}, [], None])
    def test_a_role_that_none_has(self, client, body):
        answer = client("PUT", "/api/users/admin/role", json=body)
        assert problem(answer) == (400, "INVALID_REQUEST")

    def test_the_last_administrator_stays(self, client):
        assert problem(client("DELETE", "/api/users/admin")) == (409, "LAST_ADMIN")
        client.made("/api/users", name="u-second", role="admin", password=PASSWORD)
        assert client("DELETE", "/api/users/u-second").status_code == 200
        answer = client("PUT", "/api/users/admin/role", json={"role": "operator"})
        assert problem(answer) == (409, "LAST_ADMIN")
        assert problem(client("DELETE", "/api/users/admin")) == (409, "LAST_ADMIN")


class TestPassword:
    @pytest.fixture
    def user(self, client, request):
        name = f"p-{abs(hash(request.node.name))}"
        client.made("/api/users", name=name, role="viewer", password=PASSWORD)
        return name

    def put(self, client, user, headers, **body):
        return client("PUT", f"/api/users/{user}/password", headers, json=body)

    def test_a_user_changes_the_own_one_and_is_logged_out(self, client, user):
        session = client.login(user, PASSWORD)
        changed = self.put(client, user, session, password=OTHER, old_password=PASSWORD)
        assert changed.json() == {"success": True}
        assert not client.enters(session)
        assert client.login(user, PASSWORD) is None
        assert client.enters(client.login(user, OTHER))

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"password": OTHER}, 400, "INVALID_REQUEST"),
            ({"password": OTHER, "old_password": "not the one"}, 403, "PERMISSION_DENIED"),
            ({"password": "short", "old_password": PASSWORD}, 400, "INVALID_REQUEST"),
        ],
    )
    def test_a_session_alone_does_not_change_it(self, client, user, body, status, code):
        session = client.login(user, PASSWORD)
        assert problem(self.put(client, user, session, **body)) == (status, code)
        assert client.login(user, PASSWORD)

    def test_an_administrator_sets_that_of_another(self, client, user):
        assert self.put(client, user, None, password=OTHER).status_code == 200
        assert client.login(user, PASSWORD) is None

    def test_guessing_the_old_one_is_slowed_down(self, daemon):
        client = Client(daemon())
        client.made("/api/users", name="jane", role="viewer", password=PASSWORD)
        session = client.login("jane", PASSWORD)
        answers = [
            self.put(client, "jane", session, password=OTHER, old_password=f"guess {number}")
            for number in range(8)
        ]
        assert {answer.status_code for answer in answers} == {403, 429}
        assert all(int(a.headers["Retry-After"]) >= 1 for a in answers if a.status_code == 429)

    def test_nobody_else_does(self, client, user):
        client.made("/api/users", name=f"{user}-2", role="operator", password=PASSWORD)
        session = client.login(f"{user}-2", PASSWORD)
        for name in (user, "nobody"):
            refused = self.put(client, name, session, password=OTHER, old_password=PASSWORD)
            assert problem(refused) == (403, "PERMISSION_DENIED")

    def test_a_token_of_the_same_name_is_another_account(self, client, user):
        token = client.made("/api/tokens", name=user, role="viewer").json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        refused = self.put(client, user, headers, password=OTHER, old_password=PASSWORD)
        assert problem(refused) == (403, "PERMISSION_DENIED")


class TestTokens:
    def test_come_are_listed_without_their_secret_and_go(self, client):
        answer = client.made("/api/tokens", name="t-one", role="viewer", expires_days=1.5)
        assert answer.headers["Cache-Control"] == "no-store"
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert client.enters(headers)
        assert answer.json()["token"] not in client("GET", "/api/tokens").text
        shown = names(client, "tokens")["t-one"]
        assert list(shown) == ["name", "role", "created", "expires"]
        created, expires = (datetime.fromisoformat(shown[key]) for key in ("created", "expires"))
        assert expires - created == timedelta(days=1.5)
        assert abs(datetime.now(UTC) - created) < timedelta(seconds=60)
        assert client("DELETE", "/api/tokens/t-one").json() == {"success": True}
        assert not client.enters(headers)

    def test_end_with_their_time(self, client):
        answer = client.made("/api/tokens", name="t-short", role="viewer", expires_days=2 / 86_400)
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert client.enters(headers)
        deadline_s = time.monotonic() + 5
        while client.enters(headers):
            assert time.monotonic() < deadline_s
            time.sleep(0.1)

    def test_without_an_end_never_end(self, client):
        client.made("/api/tokens", name="t-ever", role="viewer")
        assert names(client, "tokens")["t-ever"]["expires"] is None

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"name": "t-ok", "role": "viewer", "expires_days": 0}, 400),
            ({"name": "t-ok", "role": "viewer", "expires_days": 1e9}, 400),
            ({"name": "t ok", "role": "viewer"}, 400),
            ({"name": "t-ok"}, 400),
            ({"name": "viewer", "role": "viewer"}, 409),
        ],
    )
    def test_what_none_can_be(self, client, body, status):
        assert client("POST", "/api/tokens", json=body).status_code == status

    def test_an_unknown_one(self, client):
        assert problem(client("DELETE", "/api/tokens/nothing")) == (404, "NOT_FOUND")


class TestLogout:
    def test_ends_this_login_only(self, client):
        client.made("/api/users", name="l-one", role="viewer", password=PASSWORD)
        sessions = [client.login("l-one", PASSWORD) for _ in range(2)]
        assert client("POST", "/api/logout", sessions[0]).json() == {"success": True}
        assert [client.enters(session) for session in sessions] == [False, True]
        assert problem(client("POST", "/api/logout", sessions[0])) == (401, "INVALID_CREDENTIALS")

    def test_ends_no_token(self, client):
        assert problem(client("POST", "/api/logout")) == (400, "INVALID_REQUEST")
        assert client.enters(client.admin)

import pytest
from requests_by_hand import request

from camerad.errors import InvalidRequest, PermissionDenied
from camerad.http.origin import MAX_KNOWN, Origins


@pytest.fixture
def allowed():
    """What an administrator has allowed: the store gives a new list after each change."""
    return [["cam.example.com", "Proxy.Example.com:8443"]]


@pytest.fixture
def origins(allowed):
    return Origins(lambda: allowed[0], host_name=lambda: "Cam7.lab")


def asked(host, method="GET", path="/image", **headers):
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return request(path, method, headers=[("host", host), *named])


@pytest.mark.parametrize(
    "host",
    [
        *("192.168.1.100", "192.168.1.100:8080", "127.0.0.1:45123", "10.0.0.1:"),
        *("[::1]", "[fe80::1]:8081", "[2001:DB8::1]", "[::ffff:10.0.0.1]"),
        *("localhost", "LocalHost:8080", "localhost."),
        *("cam7.lab", "CAM7.LAB:8080", "cam7", "cam7.local", "cam7.local.:80"),
        *("cam.example.com", "cam.example.com:9999", "proxy.example.com"),
        *("camera", "camera:8080", "hall-3_west", "other.local"),
    ],
)
def test_addresses_and_the_devices_own_names_are_welcome(origins, host):
    origins.check(asked(host))
    origins.check(asked(host))


FOREIGN = [
    *("evil.example", "evil.example:8080", "cam7.evil.example", "cam7.local.evil.example"),
    *("127.0.0.1.evil.example", "localhost.evil.example", "cam.example.com.evil"),
    *(
        "",
        " ",
        ":80",
        "[::1",
        "[evil]",
        "a b",
        "cam7@evil",
        "cam7/evil",
        "cam7,evil",
        "127.0.0.1:x",
    ),
    *("127.0.0.1:80:80", "cam7..", "127.0.0.256", "1.2.3", "\udcff", "x" * 5000),
]


@pytest.mark.parametrize("host", FOREIGN, ids=lambda host: ascii(host[:40]))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_other_name_is_not(origins, host, method):
    with pytest.raises(InvalidRequest) as caught:
        origins.check(asked(host, method))
    assert len(caught.value.details) < 400


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_health_is_told_under_any_name(origins, path):
    origins.check(asked("evil.example", path=path))


def test_what_is_allowed_can_change_at_any_time(origins, allowed):
    origins.check(asked("cam.example.com"))
    allowed[0] = ["other.example.com"]
    origins.check(asked("other.example.com"))
    with pytest.raises(InvalidRequest):
        origins.check(asked("cam.example.com"))


def test_what_is_remembered_is_bounded(origins):
    for number in range(5 * MAX_KNOWN):
        origins.check(asked(f"10.0.{number >> 8}.{number & 255}"))
    assert len(origins._known) <= MAX_KNOWN


@pytest.mark.parametrize(
    ("version", "hosts", "passes"),
    [
        ("1.1", [], False),
        ("1.0", [], True),
        ("1.1", ["localhost", "localhost"], False),
        ("1.1", ["localhost", "evil.example"], False),
        ("1.0", ["evil.example"], False),
    ],
)
def test_there_is_one_host_header(origins, version, hosts, passes):
    made = request("/image", headers=[("host", host) for host in hosts])
    made.version = version
    if passes:
        origins.check(made)
        return
    with pytest.raises(InvalidRequest):
        origins.check(made)


def test_what_could_not_be_read_is_left_to_its_own_error(origins):
    origins.check(request("*", "NONE"))


HOST = "192.168.1.100:8080"
OWN_PAGES = [
    {},
    {"origin": f"http://{HOST}"},
    {"origin": f"https://{HOST}"},
    {"origin": "https://cam.example.com"},
    {"origin": "https://PROXY.example.com"},
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "none"},
    {"origin": f"http://{HOST}", "sec_fetch_site": "same-origin"},
]
FOREIGN_PAGES = [
    {"origin": "http://evil.example"},
    {"origin": "http://192.168.1.100"},
    {"origin": "http://192.168.1.100:3000"},
    {"origin": "http://192.168.1.101:8080"},
    {"origin": f"http://{HOST}.evil.example"},
    {"origin": f"http://evil.example/{HOST}"},
    {"origin": f"http://evil@{HOST}"},
    {"origin": "null"},
    {"origin": "file://"},
    {"origin": ""},
    {"origin": "http://["},
    {"origin": f"chrome-extension://{HOST}"},
    {"origin": "http://evil.example", "sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "made-up"},
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "MADEUP"])
@pytest.mark.parametrize("headers", OWN_PAGES, ids=str)
def test_its_own_pages_and_programs_may_change_things(origins, method, headers):
    origins.check(asked(HOST, method, **headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", FOREIGN_PAGES, ids=str)
def test_pages_of_other_sites_may_not(origins, method, headers):
    with pytest.raises(PermissionDenied, match="another site"):
        origins.check(asked(HOST, method, **headers))


@pytest.mark.parametrize("headers", FOREIGN_PAGES, ids=str)
def test_but_they_may_show_pictures(origins, headers):
    for method in ("GET", "HEAD", "OPTIONS"):
        origins.check(asked(HOST, method, **headers))


@pytest.mark.parametrize("headers", OWN_PAGES, ids=str)
def test_its_own_pages_may_open_websockets(origins, headers):
    origins.check(asked(HOST, path="/ws", upgrade="websocket", **headers))


@pytest.mark.parametrize("headers", FOREIGN_PAGES, ids=str)
def test_pages_of_other_sites_open_no_websockets(origins, headers):
    with pytest.raises(PermissionDenied):
        origins.check(asked(HOST, path="/ws", upgrade="websocket", **headers))

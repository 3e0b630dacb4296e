import pytest

from camerad.http.timings import BOUNDS_S, Timings, route_name


@pytest.fixture
def timings():
    return Timings()


def test_requests_are_counted_by_method_route_and_status(timings):
    for status in (200, 200, 404):
        timings.count("GET", "image", status, 0.01)
    timings.count("POST", "snapshot", 200, 0.01)
    assert timings.requests == {
        ("GET", "image", 200): 2,
        ("GET", "image", 404): 1,
        ("POST", "snapshot", 200): 1,
    }


@pytest.mark.parametrize(
    ("duration_s", "within"), [(0, 13), (0.001, 13), (0.0011, 12), (0.3, 5), (10, 1), (11, 0)]
)
def test_a_bucket_holds_what_took_up_to_its_bound(timings, duration_s, within):
    timings.count("GET", "image", 200, duration_s)
    counts = timings.cumulative()["image"]
    assert len(counts) == len(BOUNDS_S) + 1
    assert sum(counts[:-1]) == within
    assert counts == sorted(counts)
    assert counts[-1] == 1


def test_seconds_add_up(timings):
    for duration_s in (0.25, 0.5, 20.0):
        timings.count("GET", "image", 200, duration_s)
    assert timings.seconds == {"image": 20.75}
    assert timings.cumulative()["image"][-1] == 3


def test_what_nobody_timed_is_still_counted(timings):
    timings.count("GET", "image", 200, None)
    assert timings.requests == {("GET", "image", 200): 1}
    assert timings.cumulative() == {}


def test_clients_cannot_make_up_names_to_be_kept(timings):
    for number in range(1000):
        timings.count(f"METHOD{number}", None, 404, 0.0)
    assert timings.requests == {("other", "other", 404): 1000}
    assert list(timings.seconds) == ["other"]


@pytest.mark.parametrize(
    ("route", "name"),
    [("image", "/image"), ("", "/"), ("files/<path:path>", "/files/{path}"), ("other", "other")],
)
def test_routes_are_named_as_in_the_openapi_document(route, name):
    assert route_name(route) == name

"""What a search learns from datagrams, and what it costs it to learn nothing."""

import resource
import sys
import time

import pytest
from onvif_messages import SCOPE, UUID, hostile, match
from test_onvif_endpoint import NEAR

from camerad.onvif import discovery
from camerad.onvif.discovery import Search
from camerad.onvif.messages import read_scopes
from daemon_process import SLOWNESS

SOURCE = "10.0.0.9"
KINDS = sorted(hostile("urn:uuid:x"))


class Heard:
    """A search, and what it has told of."""

    def __init__(self, usual_host=None):
        self.told = []
        self.search = Search(NEAR, lambda _: usual_host, self.told.append)
        self.ids = self.search._ids

    def hear(self, datagram, source=SOURCE):
        self.search.hear(datagram, source)
        return {uuid: found.endpoint.url for uuid, found in self.search.found.items()}


@pytest.fixture
def heard():
    return Heard()


@pytest.mark.parametrize("number", [0, 1])
def test_a_camera_that_answers_either_probe_is_found(heard, number):
    assert heard.hear(match(heard.ids[number])) == {UUID: "http://10.0.0.9/onvif/device_service"}
    assert [found.match.uuid for found in heard.told] == [UUID]


def test_the_same_answer_counts_once(heard):
    for number in (0, 1, 0):
        heard.hear(match(heard.ids[number]))
    assert len(heard.told) == 1


def test_who_answers_for_another_does_not_take_its_place(heard):
    heard.hear(match(heard.ids[0]))
    found = heard.hear(match(heard.ids[0], urls="http://10.0.0.66/x"), "10.0.0.66")
    assert found == {UUID: "http://10.0.0.9/onvif/device_service"}


def test_nor_by_being_faster_than_a_camera_that_is_known(heard):
    heard = Heard(usual_host=NEAR.interfaces[0].addresses[0].ip + 8)
    heard.hear(match(heard.ids[0], urls="http://10.0.0.66/x"), "10.0.0.66")
    found = heard.hear(match(heard.ids[0]))
    assert found == {UUID: "http://10.0.0.9/onvif/device_service"}
    assert len(heard.told) == 2


@pytest.mark.parametrize("uuid", ["uuid:ABC", "urn:uuid:abc", "URN:UUID:Abc"])
def test_a_uuid_may_be_written_in_many_ways(heard, uuid):
    assert list(heard.hear(match(heard.ids[0], uuid=uuid))) == ["urn:uuid:abc"]


@pytest.mark.parametrize(
    "source", ["127.0.0.1", "10.0.1.9", "8.8.8.8", "169.254.1.1", "2001:db8::1", "not an address"]
)
def test_strangers_are_not_heard(heard, source):
    assert heard.hear(match(heard.ids[0]), source) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_learnt_from_what_is_hostile(heard, kind):
    assert heard.hear(hostile(heard.ids[0])[kind]) == {}
    assert heard.search.refused.total() <= 1
    assert heard.hear(match(heard.ids[0])) != {}  # from others, and from itself


def test_one_source_cannot_use_up_a_search(heard):
    for number in range(discovery.MAX_FROM_SOURCE + 10):
        heard.hear(match(heard.ids[0], uuid=f"urn:uuid:{number}"))
    assert len(heard.search.found) == discovery.MAX_FROM_SOURCE
    assert "urn:uuid:x" in heard.hear(match(heard.ids[0], uuid="urn:uuid:x"), "10.0.0.10")


def test_a_search_finds_only_so_many(heard):
    for number in range(discovery.MAX_FOUND + 50):
        source = f"10.0.0.{2 + number % 250}"
        heard.hear(match(heard.ids[0], f"http://{source}/", uuid=f"urn:uuid:{number}"), source)
    assert len(heard.search.found) == discovery.MAX_FOUND


def test_ten_thousand_hostile_datagrams(capsys):
    """Over searches enough that each is parsed. The bar is far above what one takes."""
    heard = [Heard() for _ in range(10_000 // len(KINDS))]
    cost_s = dict.fromkeys(KINDS, 0.0)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for each in heard:
        for kind, datagram in hostile(each.ids[0]).items():
            began_s = time.process_time()
            assert each.hear(datagram) == {}
            cost_s[kind] += time.process_time() - began_s
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    worst = max(cost_s, key=cost_s.__getitem__)
    mean_us, worst_us = (
        cost / 10_000 * 1e6 for cost in (sum(cost_s.values()), cost_s[worst] * len(KINDS))
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(heard) * len(KINDS)} hostile datagrams: {mean_us:.0f} µs of a processor each,"
            f" {worst_us:.0f} µs the worst ({worst}); {grown_kib} KiB of memory; nothing learnt\n"
        )
    assert worst_us < 20_000 * SLOWNESS
    assert grown_kib < 8192


@pytest.mark.parametrize(
    ("scopes", "told"),
    [
        ("name/Peer%20Cam hardware/X1 location/hall%2F3", ("Peer Cam", "X1", "hall/3")),
        ("location/ name/ name/B location/country/china", ("B", "", "country/china")),
        ("NAME/A Name/B", ("A", "", "")),
        ("name/%00a%1b%0ab", ("ab", "", "")),
        (f"name/{'x' * 500}", ("x" * 128, "", "")),
        ("name/%ff", ("�", "", "")),
        ("Profile/Streaming type/ptz", ("", "", "")),
    ],
)
def test_names_are_decoded(scopes, told):
    found = read_scopes([f"{SCOPE}/{scope}" for scope in scopes.split()])
    assert (found.name, found.hardware, found.location) == told

"""Probes to this device, and how often they are answered."""

import pytest

from camerad.onvif.messages import PROBES, message, read_matches
from camerad.onvif.serving.identity import Identity, read_identity
from camerad.onvif.serving.probes import Voice, read_probe
from camerad.onvif.serving.rate import Rate
from camerad.onvif.xmltree import XmlRefused

SELF = Identity("urn:uuid:1", "Board 3", "S1")
NAME = "onvif://www.onvif.org/name"


def probe(body, message_id="urn:uuid:7"):
    return message(message_id, "Probe", body)


@pytest.mark.parametrize("body", PROBES)
def test_our_own_probes_find_us(body):
    asked = read_probe(probe(body))
    assert asked.matches(SELF.scopes())
    answer = Voice(SELF).probe_match("http://10.0.0.1/onvif/device_service", asked.message_id)
    (found,) = read_matches(answer, ["urn:uuid:7"])
    assert found.uuid == SELF.urn
    assert found.urls == ("http://10.0.0.1/onvif/device_service",)
    assert "onvif://www.onvif.org/hardware/Board%203" in found.scopes


@pytest.mark.parametrize(
    ("body", "matches"),
    [
        ("<d:Types>tds:Device</d:Types>", True),
        ("<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>", True),
        ("<d:Types>dn:NetworkVideoDisplay</d:Types>", False),
        ("<d:Types/><d:Scopes/>", True),
        ("<d:Scopes>onvif://www.onvif.org/type</d:Scopes>", True),
        ("<d:Scopes>onvif://www.onvif.org/type/</d:Scopes>", True),
        ("<d:Scopes>onvif://www.onvif.org/ty</d:Scopes>", False),
        ("<d:Scopes>onvif://www.onvif.org/hardware/Board%203</d:Scopes>", True),
        ("<d:Scopes>onvif://www.onvif.org/hardware/Other</d:Scopes>", False),
        ("<d:Scopes>onvif://www.onvif.org/type onvif://x/y</d:Scopes>", False),
        ('<d:Scopes MatchBy="http://x/strcmp0">onvif://www.onvif.org/type</d:Scopes>', False),
    ],
)
def test_whom_a_probe_is_for(body, matches):
    assert read_probe(probe(f"<d:Probe>{body}</d:Probe>")).matches(SELF.scopes()) is matches


@pytest.mark.parametrize(
    "datagram",
    [
        message("urn:uuid:7", "Hello", "<d:Hello/>"),
        message("urn:uuid:7", "Resolve", "<d:Resolve/>"),
        probe("<d:Probe/>", message_id=""),
        probe("<d:Probe/>", message_id="x" * 300),
    ],
)
def test_what_is_no_probe(datagram):
    assert read_probe(datagram) is None


@pytest.mark.parametrize("datagram", [b"", b"\xff" * 100, b"<a>" * 5000, b" " * 20_000])
def test_what_is_not_even_read(datagram):
    with pytest.raises(XmlRefused):
        read_probe(datagram)


def test_what_the_answer_quotes_is_no_markup():
    answer = Voice(SELF).probe_match("http://10.0.0.1/", "</a:RelatesTo><x>&")
    assert b"&lt;/a:RelatesTo&gt;&lt;x&gt;&amp;" in answer


def test_a_device_keeps_its_name(tmp_path):
    first = read_identity(tmp_path)
    assert first.urn.startswith("urn:uuid:")
    assert read_identity(tmp_path) == first
    (tmp_path / "onvif-uuid").write_text("damaged")
    assert read_identity(tmp_path).urn != first.urn


def test_each_has_a_rate_and_all_together():
    now = [0.0]
    rate = Rate(1, 10, 3, lambda: now[0])
    assert [rate.take("a") for _ in range(5)] == [True, True, True, False, False]
    now[0] = 1.0
    assert [rate.take("a") for _ in range(2)] == [True, False]
    assert rate.take("b")
    now[0] = 100.0
    assert sum(rate.take(str(number)) for number in range(100)) == 30

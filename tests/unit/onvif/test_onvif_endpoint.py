"""Where devices say that they are, and where they are taken to be."""

import ipaddress
from ipaddress import ip_address

import pytest

from camerad.onvif.addresses import Interface, Neighbourhood, parse_address, refusal
from camerad.onvif.endpoint import beside, learnt, parse_url

OWN = ip_address("10.0.0.1")
NEAR = Neighbourhood(
    (
        Interface(
            "eth0",
            2,
            tuple(map(ipaddress.ip_interface, ("10.0.0.1/24", "fd00::1/64", "fe80::1/64"))),
        ),
    ),
    frozenset(map(ip_address, ("10.0.0.1", "fd00::1", "fe80::1", "127.0.0.1", "172.17.0.1"))),
)


@pytest.mark.parametrize(
    ("urls", "source", "found"),
    [
        (
            "http://10.0.0.9/onvif/device_service",
            "10.0.0.9",
            "http://10.0.0.9/onvif/device_service",
        ),
        ("https://10.0.0.9/x", "10.0.0.9", "https://10.0.0.9/x"),
        ("HTTP://10.0.0.9:8080", "10.0.0.9", "http://10.0.0.9:8080/"),
        # Mended by where the answer came from:
        ("http://0.0.0.0:8080/x", "10.0.0.9", "http://10.0.0.9:8080/x"),
        ("http://10.0.0.9:8106:8106/x", "10.0.0.9", "http://10.0.0.9:8106/x"),
        ("http://10.0.0.9:/x", "10.0.0.9", "http://10.0.0.9/x"),
        ("http://192.168.1.5/x", "10.0.0.9", "http://10.0.0.9/x"),
        ("http://camera.local/x", "10.0.0.9", "http://10.0.0.9/x"),
        ("http://[fe80::9%25eth0]/x", "10.0.0.9", "http://10.0.0.9/x"),
        # The one of the source goes first:
        ("http://192.168.1.5/a http://10.0.0.9/b", "10.0.0.9", "http://10.0.0.9/b"),
        ("http://10.0.0.9:22/a http://10.0.0.9/b", "10.0.0.9", "http://10.0.0.9/b"),
        # Over IPv6 the source is link-local:
        ("http://[fd00::9]/x", "fe80::9", "http://[fd00::9]/x"),
        ("http://[fd00::9]:8080/x", "fd00::9", "http://[fd00::9]:8080/x"),
        ("http://10.0.0.9/a http://[fd00::9]/b", "fe80::9", "http://[fd00::9]/b"),
        # Tries of whoever answers in place of a camera:
        ("http://127.0.0.1/x", "127.0.0.1", None),
        ("http://10.0.0.1/x", "10.0.0.1", None),
        ("http://172.17.0.1/x", "172.17.0.1", None),
        ("http://169.254.169.254/x", "169.254.169.254", None),
        ("http://10.0.1.9/x", "10.0.1.9", None),
        ("http://8.8.8.8/x", "8.8.8.8", None),
        ("http://10.0.0.9:25/x", "10.0.0.9", None),
        ("http://10.0.0.9:6379/x", "10.0.0.9", None),
        ("http://10.0.0.9:0/x", "10.0.0.9", None),
        ("http://10.0.0.9:99999/x", "10.0.0.9", None),
        ("http://user@10.0.0.9/x", "10.0.0.9", None),
        ("http://10.0.0.9/x\r\nHost:y", "10.0.0.9", None),
        ("http://10.0.0.9/ä", "10.0.0.9", None),
        ("http://10.0.0.9#x", "10.0.0.9", None),
        ("ftp://10.0.0.9/x", "10.0.0.9", None),
        ("//10.0.0.9/x", "10.0.0.9", None),
        ("http://10.0.0.9/" + "x" * 2000, "10.0.0.9", None),
        ("http://[::1]/x", "fe80::9", None),
        ("http://[fd00::1]/x", "fe80::9", None),
        ("http://[fe80::9]/x", "fe80::9", None),
        ("http://[2001:db8::9]/x", "fe80::9", None),
        ("http://[::ffff:127.0.0.1]/x", "fe80::9", None),
        ("", "10.0.0.9", None),
    ],
)
def test_what_is_learnt_of_an_answer(urls, source, found):
    endpoint = learnt(urls.split(" "), ip_address(source), NEAR)
    assert (endpoint and endpoint.url) == found


@pytest.mark.parametrize(
    ("address", "port", "why"),
    [
        ("127.0.0.1", 80, "machine itself"),
        ("127.9.9.9", 80, "machine itself"),
        ("::1", 80, "machine itself"),
        ("::ffff:127.0.0.1", 80, "machine itself"),
        ("0.0.0.0", 80, "machine itself"),
        ("169.254.169.254", 80, "metadata"),
        ("fe80::1", 80, "metadata"),
        ("fd00:ec2::254", 80, "metadata"),
        ("100.100.100.200", 80, "metadata"),
        ("239.255.255.250", 80, "not the address of one machine"),
        ("255.255.255.255", 80, "not the address of one machine"),
        ("10.0.0.9", 22, "port 22"),
        ("10.0.0.9", 445, "port 445"),
        ("10.0.0.9", 11211, "port 11211"),
    ],
)
def test_addresses_that_nobody_may_have_contacted(address, port, why):
    assert why in refusal(parse_address(address), port)


@pytest.mark.parametrize("port", [80, 443, 2020, 8000, 8899, 65535])
def test_addresses_of_cameras(port):
    assert refusal(ip_address("192.168.1.200"), port) is None


def test_other_services_are_where_the_device_is():
    endpoint = parse_url("http://10.0.0.9:8000/onvif/device_service").at(ip_address("10.0.0.9"))
    assert beside(endpoint, "http://0.0.0.0:8000/media").url == "http://10.0.0.9:8000/media"
    assert beside(endpoint, "http://127.0.0.1/media").url == "http://10.0.0.9/media"
    assert beside(endpoint, "http://10.0.0.9:22/media") is None
    assert beside(endpoint, "nonsense") is None


def test_nobody_is_near_without_a_network():
    assert not Neighbourhood((), frozenset()).is_near(ip_address("10.0.0.9"))
    assert not NEAR.is_near(OWN)
    assert NEAR.own_addresses_near(ip_address("fe80::9")) == list(
        map(ip_address, ("fe80::1", "fd00::1"))
    )

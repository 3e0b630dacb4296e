"""Devices that are known: entered, found, and kept."""

import pytest
from msgspec import structs

from camerad.config.schema import Onvif, OnvifDevice
from camerad.errors import OnvifDeviceNotFound
from camerad.onvif.book import MAX_DEVICES, DeviceBook
from camerad.onvif.device import Credentials, Device
from camerad.onvif.directory import Directory
from camerad.onvif.names import DEVICE_SERVICE

URL = "http://10.0.0.9/onvif/device_service"
FOUND = Device(
    uuid="urn:uuid:abc-1",
    name="Found",
    hardware="X1",
    location="hall",
    services={DEVICE_SERVICE: URL, "media_service": "http://10.0.0.9/onvif/Media"},
    last_seen="2026-01-01T00:00:00Z",
)


@pytest.fixture
def book(tmp_path):
    return DeviceBook(tmp_path)


def directory(book, *devices):
    return Directory(book, lambda: Onvif(devices=list(devices)))


@pytest.mark.parametrize("device_id", ["urn:uuid:abc-1", "abc-1", "uuid:ABC-1", "URN:UUID:abc-1"])
def test_a_device_goes_by_its_uuid_however_it_is_written(book, device_id):
    book.note([FOUND])
    assert directory(book).find(device_id) == FOUND


@pytest.mark.parametrize(
    "device_id", ["", "abc", "urn:uuid:", "http://10.0.0.9/", "../x", "10.0.0.9"]
)
def test_others_are_not_known(book, device_id):
    book.note([FOUND])
    with pytest.raises(OnvifDeviceNotFound):
        directory(book).find(device_id)


def test_what_was_entered_stays_where_it_was_entered(book):
    book.note([structs.replace(FOUND, services={DEVICE_SERVICE: "http://10.0.0.66/"})])
    entry = OnvifDevice(uuid="ABC-1", address=URL, username="u", password="p")
    known = directory(book, entry)
    assert known.find("abc-1").services == {DEVICE_SERVICE: URL}
    assert known.find("abc-1").name == "10.0.0.9"
    assert known.credentials("urn:uuid:abc-1") == Credentials("u", "p")
    assert [device.uuid for device in known.known()] == ["urn:uuid:abc-1"]


def test_but_has_the_name_that_it_told_there(book):
    book.note([FOUND])
    known = directory(book, OnvifDevice(uuid="abc-1", address=URL))
    assert known.find("abc-1") == FOUND
    assert known.credentials("abc-1") is None


def test_services_go_by_their_names_and_by_their_paths():
    assert FOUND.service("media_service") == "http://10.0.0.9/onvif/Media"
    assert FOUND.service("Media") == "http://10.0.0.9/onvif/Media"
    assert FOUND.service("") is None
    assert FOUND.service("ptz_service") is None
    same = {DEVICE_SERVICE: "http://10.0.0.9/onvif/services", "m": "http://10.0.0.9/onvif/services"}
    assert structs.replace(FOUND, services=same).service("services") is None


def test_devices_are_there_after_a_restart(book, tmp_path):
    book.note([FOUND])
    book.write()
    assert DeviceBook(tmp_path).devices() == [FOUND]


@pytest.mark.parametrize("content", [b"", b"{}", b"[{}]", b"\xff", b'[{"uuid": 1}]'])
def test_a_damaged_book_is_begun_anew(tmp_path, content, caplog):
    (tmp_path / "onvif-devices.json").write_bytes(content)
    assert DeviceBook(tmp_path).devices() == []
    assert "cannot be read" in caplog.text


def test_those_seen_longest_ago_are_forgotten(book):
    for year in range(2000, 2000 + MAX_DEVICES + 44):
        book.note([structs.replace(FOUND, uuid=f"urn:uuid:{year}", last_seen=f"{year}-01-01")])
    assert len(book.devices()) == MAX_DEVICES
    assert book.find("2000") is None
    assert book.find("2299") is not None


def test_a_password_is_in_no_traceback():
    assert "secret" not in repr(Credentials("u", "secret"))

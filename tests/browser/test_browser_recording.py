"""Recording by the page in a real browser, against a real camerad."""

import os
import signal
from collections.abc import Callable

import httpx
import pytest
from page import Page, wait_until
from selenium.webdriver.common.by import By

from daemon_process import DaemonProcess

Start = Callable[..., DaemonProcess]
Open = Callable[..., Page]

CAMERA = ("--camera", "pattern:640x480@30")


@pytest.fixture
def camerad(daemon: Start) -> DaemonProcess:
    return daemon(*CAMERA)


def open_live(camerad: DaemonProcess, open_page: Open, role: str, size: str = "desktop") -> Page:
    page = open_page(camerad.url, size)
    page.sign_in_by_token(camerad.token(role))
    page.wait_for_text("state", "Live")
    page.wait_for_text("films", "None yet")
    return page


def post(camerad: DaemonProcess, path: str, **body: object) -> httpx.Response:
    headers = camerad.headers("operator")
    return httpx.post(
        f"{camerad.url}/api/recording/{path}", headers=headers, json=body
    ).raise_for_status()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_operator_records_and_stops(camerad: DaemonProcess, open_page: Open, size: str) -> None:
    page = open_live(camerad, open_page, "operator", size)
    assert not page.shows("recording")
    page.click("record")
    page.wait_for_text("record-label", "Stop")
    page.wait_for_text("recording", "0:02 \N{MIDDLE DOT} ")
    page.wait_for_text("films", "being recorded")
    assert page.overflow_px() == 0
    page.click("record")
    page.wait_for_text("notice", "Saved recording_")
    page.wait_for_text("record-label", "Record")
    wait_until(lambda: "being recorded" not in page.text("films"))
    assert not page.shows("recording")
    link = page.element("films").find_element(By.TAG_NAME, "a")
    (film,) = camerad.state.rglob("*.avi")
    assert link.text == link.get_attribute("download") == film.name
    assert httpx.get(str(link.get_attribute("href"))).content == film.read_bytes()
    assert page.errors() == []


def test_what_others_do_is_seen_at_once(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_live(camerad, open_page, "viewer")
    post(camerad, "start", filename="theirs.avi")
    page.wait_for_text("recording", "0:0")
    page.wait_for_text("films", "theirs.avi")
    post(camerad, "stop")
    wait_until(lambda: not page.shows("recording"))
    assert page.errors() == []


def test_viewer_is_not_offered_a_recording(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_live(camerad, open_page, "viewer")
    page.click("record")
    page.wait_for_text("notice", "not allowed")
    assert not page.shows("record")


def test_a_refusal_is_told(camerad: DaemonProcess, open_page: Open) -> None:
    headers = camerad.headers("admin")
    full = {"reserve_bytes": 1 << 60}
    httpx.patch(f"{camerad.url}/api/config/storage", headers=headers, json=full).raise_for_status()
    page = open_live(camerad, open_page, "operator")
    page.click("record")
    page.wait_for_text("notice", "no room for this recording")
    assert page.text("record-label") == "Record"


def test_a_film_that_was_cut_off_is_shown_as_repaired(
    camerad: DaemonProcess, open_page: Open
) -> None:
    post(camerad, "start", filename="cut.avi")
    os.kill(camerad.pid, signal.SIGKILL)
    camerad.stop()
    camerad.start(*CAMERA)
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("films", "cut.avi")
    page.wait_for_text("films", "repaired")

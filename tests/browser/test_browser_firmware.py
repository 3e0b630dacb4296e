"""The update of the device by the page, with the answers that an installer would give."""

import json
from collections.abc import Callable

import pytest
from page import Page, wait_until
from selenium.webdriver.common.by import By

from daemon_process import DaemonProcess

SLOTS = [
    {"bootname": "A", "booted": True, "version": "1.0"},
    {"bootname": "B", "booted": False, "version": None},
]
IDLE = {
    "version": "1.0",
    "state": "idle",
    "progress": None,
    "bundle": None,
    "pending": None,
    "slots": SLOTS,
    "last_update": None,
}
BUNDLE = {"path": "/data/firmware/a.raucb", "version": "2.0", "size": 1000}

# The page asks this machine, which has no installer: its answers are put in the way of that.
ANSWER = """
const [status] = arguments;
window.status_ = JSON.parse(status);
if (!window.asked) {
  window.asked = [];
  const real = window.fetch;
  window.confirm = () => true;
  window.fetch = async (path, options) => {
    if (!String(path).startsWith("/api/firmware")) return real(path, options);
    window.asked.push(`${options.method} ${path}`);
    return new Response(JSON.stringify(window.status_));
  };
}
"""


@pytest.fixture
def page(daemon: Callable[..., DaemonProcess], open_page: Callable[..., Page]) -> Page:
    camerad = daemon("--camera", "pattern:640x480@30")
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("admin"))
    page.wait_for_text("state", "Live")
    return page


def show(page: Page, **status: object) -> None:
    page.browser.execute_script(ANSWER, json.dumps(IDLE | status))


def open_panel(page: Page) -> None:
    page.element("firmware").find_element(By.TAG_NAME, "summary").click()


def test_a_device_without_an_installer_says_so(page: Page) -> None:
    open_panel(page)
    page.wait_for_text("firmware-state", "RAUC")
    assert not page.shows("firmware-order")


STATES = [
    ({}, "No update", None),
    ({"state": "ready", "bundle": BUNDLE}, "2.0 was uploaded", "Install 2.0"),
    (
        {
            "state": "installing",
            "bundle": BUNDLE,
            "progress": {"percentage": 40, "message": "Copying"},
        },
        "Installing 2.0, 40 %",
        None,
    ),
    ({"state": "installed", "pending": "2.0"}, "2.0 is installed", "Restart into 2.0"),
    ({"state": "activating", "pending": "2.0"}, "Restarting into 2.0", None),
    ({"state": "testing", "pending": "2.0"}, "2.0 is on trial", None),
    (
        {"last_update": {"result": "rolled_back", "version": "2.0", "reason": "no camera"}},
        "2.0 was given up: no camera",
        None,
    ),
]


def test_each_state_has_its_words(page: Page) -> None:
    show(page)
    open_panel(page)
    for status, text, order in STATES:
        show(page, **status)
        page.wait_for_text("firmware-state", text)
        assert page.text("firmware-version") == "1.0"
        assert page.text("firmware-slots") == "A 1.0 (runs) \N{MIDDLE DOT} B \N{EN DASH}"
        assert page.shows("firmware-meter") == ("progress" in status)
        assert page.text("firmware-order") == (order or "")
    assert page.overflow_px() == 0
    assert page.errors() == []


def test_the_device_is_told_to_install_and_to_restart(page: Page) -> None:
    show(page, state="ready", bundle=BUNDLE)
    open_panel(page)
    page.wait_for_text("firmware-order", "Install")
    page.click("firmware-order")
    show(page, state="installed", pending="2.0")
    page.wait_for_text("firmware-order", "Restart")
    page.click("firmware-order")
    asked = page.browser.execute_script("return window.asked")
    assert [call for call in asked if call.startswith("POST")] == [
        "POST /api/firmware/install",
        "POST /api/firmware/activate",
    ]


def test_it_goes_away_for_those_who_may_not(
    daemon: Callable[..., DaemonProcess], open_page: Callable[..., Page]
) -> None:
    camerad = daemon("--camera", "pattern:640x480@30")
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("operator"))
    page.wait_for_text("state", "Live")
    open_panel(page)
    wait_until(lambda: not page.shows("firmware"))

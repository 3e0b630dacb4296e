"""The page of the API in a real browser, against a real camerad."""

from collections.abc import Callable

import httpx
import pytest
from page import Page, wait_until

from daemon_process import DaemonProcess, add_token, run_camerad

Start = Callable[..., DaemonProcess]
Open = Callable[..., Page]

VISIBLE = "return [...document.querySelectorAll('article:not([hidden])')].map((card) => card.id)"
ELSEWHERE = """
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    return names.filter((name) => !name.startsWith(location.origin));
"""


@pytest.fixture
def camerad(daemon: Start) -> DaemonProcess:
    return daemon()


def open_docs(camerad: DaemonProcess, open_page: Open, size: str = "desktop") -> Page:
    page = open_page(f"{camerad.url}/docs", size)
    wait_until(lambda: page.shows("login"))
    page.sign_in_by_token(camerad.token("viewer"))
    wait_until(lambda: page.browser.current_url == f"{camerad.url}/docs")
    wait_until(lambda: page.text("version") != "")
    return page


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_it_shows_every_path_with_help_from_nobody(
    camerad: DaemonProcess, open_page: Open, size: str
) -> None:
    page = open_docs(camerad, open_page, size)
    document = httpx.get(f"{camerad.url}/openapi.json", headers=camerad.headers("viewer")).json()
    shown = page.text("reference")
    for path in document["paths"]:
        assert path in shown
    assert page.browser.execute_script(ELSEWHERE) == []
    assert page.overflow_px() == 0
    assert page.errors() == []


def test_a_card_tells_all_of_an_operation(camerad: DaemonProcess, open_page: Open) -> None:
    text = open_docs(camerad, open_page).text("post_snapshot")
    for words in (
        *("POST", "/snapshot", "role operator", "addTimestamp", "1 to 100"),
        *("FILE_EXISTS", "CAMERA_NOT_CONNECTED", "INSUFFICIENT_STORAGE"),
        *("curl -X POST", "Bearer $TOKEN", f'"{camerad.url}/snapshot"'),
    ):
        assert words in text


def test_operations_are_found_by_words(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_docs(camerad, open_page)
    page.element("filter").send_keys("post Snapshot")
    wait_until(lambda: page.browser.execute_script(VISIBLE) == ["post_snapshot"])


def test_a_session_that_has_ended_leads_to_the_sign_in(
    camerad: DaemonProcess, open_page: Open
) -> None:
    page = open_docs(camerad, open_page)
    run_camerad("token", "revoke", "viewer", "--state", camerad.state)
    page.browser.refresh()
    wait_until(lambda: page.shows("login"))
    page.sign_in_by_token(add_token(camerad.state, "another", "viewer"))
    wait_until(lambda: page.browser.current_url == f"{camerad.url}/docs")

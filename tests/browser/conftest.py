"""A headless Chromium, and the page of camerad in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page import Page
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


def start_chromium(profile: Path, size: tuple[int, int]) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    width, height = size
    metrics = {"width": width, "height": height, "pixelRatio": 1}
    options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """`open_page(url, size)` gives the page in a browser of its own."""
    browsers: list[webdriver.Chrome] = []

    def open_it(url: str, size: str = "desktop") -> Page:
        browsers.append(start_chromium(tmp_path / f"chromium-{len(browsers)}", SIZES[size]))
        return Page(browsers[-1], url)

    yield open_it
    for browser in browsers:
        browser.quit()

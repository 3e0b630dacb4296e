"""The page as a person sees and uses it."""

from collections.abc import Callable

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

TIMEOUT_S = 15

PICTURE_AS_URL = """
    const picture = document.getElementById("picture");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL();
"""


def wait_until(condition: Callable[[], bool]) -> None:
    """Raises ``TimeoutException`` if the condition does not come true."""
    # The first argument is only handed to the condition: a browser, in most programs.
    WebDriverWait(None, TIMEOUT_S).until(lambda _: condition())


class Page:
    """What is on the page is named by the ids of its elements."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        browser.get(url)

    def element(self, name: str) -> WebElement:
        return self.browser.find_element(By.ID, name)

    def shows(self, name: str) -> bool:
        return self.element(name).is_displayed()

    def text(self, name: str) -> str:
        return self.element(name).text

    def click(self, name: str) -> None:
        self.element(name).click()

    def wait_for_text(self, name: str, text: str) -> None:
        """Wait until the element shows ``text``, perhaps among other words."""
        try:
            wait_until(lambda: text in self.text(name))
        except TimeoutException:
            pytest.fail(f"{name} shows {self.text(name)!r}, not {text!r}")

    def sign_in_by_token(self, token: str) -> None:
        self.click("login-switch")
        self._submit("token-form", token=token)

    def sign_in_by_password(self, user: str, password: str) -> None:
        self._submit("password-form", username=user, password=password)

    def _submit(self, form: str, **fields: str) -> None:
        for name, value in fields.items():
            self.element(name).clear()
            self.element(name).send_keys(value)
        self.element(form).find_element(By.TAG_NAME, "button").click()

    def choose(self, name: str, value: str) -> None:
        Select(self.element(name)).select_by_value(value)

    def picture_size(self) -> tuple[int, int]:
        """Of the frame that is shown at this moment."""
        width, height = (
            self.element("picture").get_property(name) for name in ("naturalWidth", "naturalHeight")
        )
        return int(width), int(height)

    def wait_for_picture_size(self, width: int, height: int) -> None:
        wait_until(lambda: self.picture_size() == (width, height))

    def wait_for_another_picture(self) -> None:
        """Wait until the pixels of the live picture have changed."""
        first = self.browser.execute_script(PICTURE_AS_URL)
        wait_until(lambda: self.browser.execute_script(PICTURE_AS_URL) != first)

    def overflow_px(self) -> int:
        """By how much the page is wider than the window."""
        script = "return document.documentElement.scrollWidth - window.innerWidth"
        return int(self.browser.execute_script(script))

    def errors(self) -> list[str]:
        """What the browser's console complained about since the last call."""
        log = self.browser.get_log("browser")
        return [entry["message"] for entry in log if entry["level"] in ("SEVERE", "WARNING")]

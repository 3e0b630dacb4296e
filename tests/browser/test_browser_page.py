"""The page in a real browser, against a real camerad."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from page import Page, wait_until

from daemon_process import DaemonProcess, add_token, run_camerad

Start = Callable[..., DaemonProcess]
Open = Callable[..., Page]


@pytest.fixture
def camerad(daemon: Start) -> DaemonProcess:
    return daemon("--camera", "pattern:640x480@30")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_live_picture_moves_and_nothing_complains(
    camerad: DaemonProcess, open_page: Open, size: str
) -> None:
    page = open_page(camerad.url, size)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("state", "Live")
    assert page.picture_size() == (640, 480)
    page.wait_for_another_picture()
    assert page.text("resolution") == "640 \N{MULTIPLICATION SIGN} 480"
    assert page.text("cpu").endswith("%")
    assert not page.shows("cover")
    assert page.overflow_px() == 0
    assert page.errors() == []


def test_password_signs_in_and_out(camerad: DaemonProcess, open_page: Open) -> None:
    credentials = camerad.first_credentials()
    page = open_page(camerad.url)
    page.sign_in_by_password(credentials["user"], credentials["password"])
    page.wait_for_text("state", "Live")
    page.click("sign-out")
    assert page.shows("login")
    page.browser.refresh()
    assert page.shows("login")
    assert page.errors() == []


def test_wrong_password_is_told(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_page(camerad.url)
    page.sign_in_by_password("admin", "wrong")
    page.wait_for_text("login-error", "Authentication failed")


def test_session_outlives_a_reload_but_not_its_token(
    camerad: DaemonProcess, open_page: Open
) -> None:
    token = add_token(camerad.state, "guest", "viewer")
    page = open_page(camerad.url)
    page.sign_in_by_token(token)
    page.wait_for_text("state", "Live")
    page.browser.refresh()
    page.wait_for_text("state", "Live")
    run_camerad("token", "revoke", "guest", "--state", camerad.state)
    page.wait_for_text("login-error", "Your session has ended")


def test_operator_takes_a_snapshot(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("operator"))
    page.wait_for_text("state", "Live")
    page.click("snapshot")
    page.wait_for_text("notice", "Saved /media/data/snapshots/")
    saved = [path.read_bytes() for path in camerad.state.rglob("snapshots/*.jpg")]
    assert [data[:3] for data in saved] == [b"\xff\xd8\xff"]
    assert page.errors() == []


def test_viewer_is_not_offered_a_snapshot(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("state", "Live")
    page.click("snapshot")
    page.wait_for_text("notice", "not allowed")
    assert not page.shows("snapshot")


def test_missing_camera_is_plain_to_see(daemon: Start, open_page: Open) -> None:
    camerad = daemon("--camera", "/dev/video99")
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("cover-title", "Camera not connected")
    page.wait_for_text("cover-text", "/dev/video99")
    assert not page.element("snapshot").is_enabled()
    assert page.errors() == []


def test_chosen_camera_is_shown(daemon: Start, open_page: Open) -> None:
    camerad = daemon("--camera", "pattern:640x480", "--camera", "pattern:320x240")
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("resolution", "640 \N{MULTIPLICATION SIGN} 480")
    page.choose("camera", "1")
    page.wait_for_picture_size(320, 240)
    page.wait_for_text("resolution", "320 \N{MULTIPLICATION SIGN} 240")


def test_picture_returns_with_the_daemon(camerad: DaemonProcess, open_page: Open) -> None:
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("state", "Live")
    camerad.stop()
    page.wait_for_text("cover-title", "No connection")
    camerad.start()
    page.wait_for_text("state", "Live")
    page.wait_for_another_picture()


def test_unseen_page_lets_the_camera_rest(daemon: Start, open_page: Open, tmp_path: Path) -> None:
    config = tmp_path / "camerad.toml"
    config.write_text("[camera]\nlinger = 0.1\n")
    camerad = daemon("--config", str(config))
    page = open_page(camerad.url)
    page.sign_in_by_token(camerad.token("viewer"))
    page.wait_for_text("state", "Live")
    assert streams(camerad)
    page.browser.minimize_window()
    wait_until(lambda: not streams(camerad))
    page.browser.set_window_size(800, 600)
    wait_until(lambda: streams(camerad))
    page.wait_for_text("state", "Live")


def streams(camerad: DaemonProcess) -> bool:
    answer = httpx.get(f"{camerad.url}/api/camera/status", headers=camerad.headers("viewer"))
    return answer.json()["streaming"]

"""A daemon that hangs is started again: systemd does it, since nothing else could."""

from camerad_service import CameradService
from waiting import await_some

CAMERA = "pattern:320x240@10"
WATCHDOG_TIMEOUT_S = 120
"""It bites after ten seconds; the start of an emulated daemon comes on top."""


def test_a_hung_daemon_is_started_again(camerad: CameradService) -> None:
    camerad.serve(CAMERA)
    before, cursor = camerad.show("MainPID"), camerad.cursor()
    camerad.expected_restarts += 1
    camerad.signal("STOP")
    await_some(
        lambda: camerad.show("MainPID") not in {before, "0"} and camerad.is_active(),
        "another process of the unit, ready",
        WATCHDOG_TIMEOUT_S,
    )
    assert any("watchdog" in line.lower() for line in camerad.said_since(cursor))
    assert camerad.get("/camera.jpeg").status_code == 200

import pytest

from camerad.events.backlog import MAX_EVENTS, Backlog
from camerad.events.event import CameraEvent, StateUpdate


@pytest.fixture
def backlog():
    return Backlog()


def camera_event(number):
    return CameraEvent("camera_connected", number, "/dev/video0", "now")


def test_of_each_parameter_the_newest_value_is_kept(backlog):
    for number in range(1000):
        backlog.put(StateUpdate("camera.framerate", number))
        backlog.put(StateUpdate("camera.connected", bool(number % 2)))
    assert backlog.take() == [
        StateUpdate("camera.framerate", 999),
        StateUpdate("camera.connected", True),
    ]
    assert backlog.lost == 0


def test_of_all_else_the_last_events_are_kept_in_their_order(backlog):
    for number in range(MAX_EVENTS + 3):
        backlog.put(camera_event(number))
    taken = backlog.take()
    assert [event.camera for event in taken] == list(range(3, MAX_EVENTS + 3))
    assert backlog.lost == 3


def test_what_was_taken_waits_no_more(backlog):
    backlog.put(StateUpdate("camera.active", 0))
    backlog.put(camera_event(0))
    assert len(backlog.take()) == 2
    assert backlog.take() == []
    for number in range(MAX_EVENTS):
        backlog.put(camera_event(number))
    assert backlog.lost == 0

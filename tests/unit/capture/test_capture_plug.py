"""A place for a camera: what is plugged in, and what becomes of a stream when that changes."""

import threading

import pytest
from scripted_source import ScriptedSource

from camerad.capture import plug as module
from camerad.capture.plug import Plug
from camerad.capture.source import CameraFault, Control, Mode

GAIN = Control(1, "gain", "integer", 0, 10, 1, default=5, value=5)
CALLS = {
    "modes": lambda plug: plug.modes(),
    "controls": lambda plug: plug.controls(),
    "set_control": lambda plug: plug.set_control(GAIN, 3),
    "start": lambda plug: plug.start(),
    "dequeue": lambda plug: plug.dequeue(1),
    "stop": lambda plug: plug.stop(),
}


@pytest.fixture
def plug():
    return Plug("none", "no camera is plugged in")


@pytest.fixture
def source():
    return ScriptedSource()


def test_an_empty_one_says_why(plug):
    assert (plug.device, plug.present()) == ("none", False)
    plug.unplug()
    with pytest.raises(CameraFault, match="no camera is plugged in") as fault:
        plug.open(Mode())
    assert fault.value.gone
    plug.interrupt()
    plug.close()


def test_who_asks_before_the_first_look_waits_for_it(plug, source):
    looking = threading.Timer(0.02, plug.plug, [source])
    looking.start()
    assert plug.open(Mode()).width == 640
    looking.join()


def test_nobody_waits_for_ever_for_the_first_look(plug, monkeypatch):
    monkeypatch.setattr(module, "FIRST_LOOK_S", 0.01)
    with pytest.raises(CameraFault, match="no camera is plugged in"):
        plug.open(Mode())


def test_what_is_plugged_in_answers(plug, source):
    plug.plug(source)
    assert (plug.device, plug.present()) == ("/dev/video7", True)
    source.there = False
    assert not plug.present()
    assert plug.open(Mode()).width == 640
    assert plug.modes() == source.offers
    plug.set_control(GAIN, 3)
    assert source.controls_set == [("gain", 3)]
    plug.start()
    source.give(b"one")
    with plug.dequeue(1) as frame:
        assert bytes(frame.data) == b"one"
    plug.close()
    plug.close()
    assert source.calls == ["open", "start", "close"]


@pytest.mark.parametrize("replacement", [None, ScriptedSource()], ids=["pulled", "replaced"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_was_opened_before_has_gone(plug, source, replacement, call):
    plug.plug(source)
    plug.open(Mode())
    if replacement is None:
        plug.unplug()
    else:
        plug.plug(replacement)
    with pytest.raises(CameraFault, match="video7 is gone") as fault:
        call(plug)
    assert fault.value.gone
    plug.close()
    assert source.calls == ["open", "close"]


def test_who_waits_for_a_frame_is_woken(plug, source):
    plug.plug(source)
    plug.open(Mode())
    pulling = threading.Timer(0.02, plug.unplug)
    pulling.start()
    with plug.dequeue(60) as frame:
        assert frame is None
    pulling.join()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_is_asked_of_one_that_is_not_open(plug, source, call):
    plug.plug(source)
    with pytest.raises(CameraFault):
        call(plug)
    assert source.calls == []


def test_the_next_camera_is_opened_next(plug, source):
    plug.plug(source)
    plug.open(Mode())
    plug.unplug()
    plug.close()
    other = ScriptedSource()
    other.device = "/dev/video9"
    plug.plug(other)
    plug.open(Mode())
    assert (source.calls, other.calls) == (["open", "close"], ["open"])
    assert plug.device == "/dev/video9"

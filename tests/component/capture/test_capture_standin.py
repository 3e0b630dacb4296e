"""V4L2Source in a process of its own, in front of the V4L2 stand-in."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from standin import Camera, environment

PREAMBLE = """
import json, os, threading, time
import numpy as np
from camerad.capture.enumerate import device_info
from camerad.capture.identity import Identity, VideoNode
from camerad.capture.nodes import CameraNodes
from camerad.capture.source import CameraFault, Mode
from camerad.capture.v4l2 import V4L2Source

def opened(mode=Mode()):
    source = V4L2Source("/dev/video70")
    source.open(mode)
    source.start()
    return source

def take(source):
    with source.dequeue(5) as frame:
        return frame and (frame.sequence, frame.flag and frame.flag.value, len(frame.data))

def fault_of(action):
    try:
        action()
    except CameraFault as fault:
        return [str(fault), fault.gone]

def usage():
    return len(os.listdir("/proc/self/fd")), len(open("/proc/self/maps").readlines())

def show(result):
    print(json.dumps(result))
"""
FAST = ("200",)
WHOLE = 64 * 48 * 2


def camera(options: Mapping[str, object] | None = None, **fields: Any) -> Camera:
    given = {"sizes": ("64x48",), "rates": FAST, **fields}
    return Camera(options=options or {}, **given)


def run(device: Camera, body: str) -> Any:
    """What the script shows, with this camera in its /dev."""
    script = PREAMBLE + textwrap.dedent(body)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        check=False,
        env={**os.environ, **environment(device)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_every_picture_comes_once_and_whole(tmp_path):
    pictures = [bytes([level]) * WHOLE for level in (10, 20, 30)]
    for number, picture in enumerate(pictures):
        (tmp_path / f"{number}.yuyv").write_bytes(picture)
    body = """
    source = opened()
    taken = []
    for _ in range(12):
        with source.dequeue(5) as frame:
            taken.append((frame.sequence, frame.data[0], len(set(frame.data)), len(frame.data)))
    source.close()
    show(taken)
    """
    shown = run(camera(frames=tmp_path, rates=("30",)), body)
    assert shown == [[number, (10, 20, 30)[number % 3], 1, WHOLE] for number in range(12)]


def test_stamps_are_of_the_capture():
    body = """
    source = opened()
    stamps = []
    for _ in range(5):
        with source.dequeue(5) as frame:
            stamps.append((frame.captured_at_s, time.monotonic()))
    show(stamps)
    """
    stamps = run(camera(rates=("50",)), body)
    assert all(captured <= received < captured + 1 for captured, received in stamps)
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(stamps)]
    assert gaps == pytest.approx([0.02] * 4, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "agreed"),
    [
        ({}, [128, WHOLE, False]),
        ({"stride_padding": 32}, [160, 160 * 48, False]),
        ({"quantization": "full"}, [128, WHOLE, True]),
        ({"quantization": "limited"}, [128, WHOLE, False]),
        ({"colorspace": "jpeg"}, [128, WHOLE, True]),
    ],
)
def test_agrees_on_what_the_driver_does(options, agreed):
    body = """
    fmt = V4L2Source("/dev/video70").open(Mode("YUYV"))
    show([fmt.stride, fmt.size_bytes, fmt.full_range])
    """
    assert run(camera(options), body) == agreed


def test_negotiates_and_lists():
    body = """
    source = V4L2Source("/dev/video70")
    fmt = source.open(Mode(None, 320, 240, 26))
    modes = [(mode.fourcc, mode.width, mode.fps) for mode in source.modes()]
    source.close()
    node = VideoNode("/dev/video70", "", Identity("", "", "", ""))
    info = device_info(node)
    nodes = [found.device for found in CameraNodes(lambda: [node]).find()]
    same = [(mode.fourcc, mode.width, mode.fps) for mode in info.modes] == modes
    show([fmt.fourcc, fmt.width, fmt.fps, modes[0], len(modes), same, info.driver, nodes])
    """
    device = camera(fourccs=("GREY", "NV12"), sizes=("640x480", "320x240"), rates=("25", "30"))
    first = ["GREY", 640, [30, 25]]
    assert run(device, body) == ["NV12", 320, 25, first, 4, True, "standin", ["/dev/video70"]]


@pytest.mark.parametrize(
    ("option", "every", "flag"),
    [("error_every", 2, "error"), ("short_every", 3, "short"), ("empty_every", 4, "short")],
)
def test_broken_frames_are_marked_and_the_stream_goes_on(option, every, flag):
    body = """
    source = opened()
    taken = [take(source)[:2] for _ in range(12)]
    source.close()
    show(taken)
    """
    expected = [[at, None if (at + 1) % every else flag] for at in range(12)]
    assert run(camera({option: every}), body) == expected


def test_a_reader_that_sleeps_loses_frames_and_sees_the_gap():
    body = """
    source = opened()
    first = take(source)[0]
    with source.dequeue(5):
        time.sleep(0.1)  # twenty intervals for three other buffers
    rest = [take(source)[0] for _ in range(5)]
    source.close()
    show([first, rest])
    """
    first, rest = run(camera(), body)
    assert first == 0
    assert rest[:3] == [2, 3, 4]
    assert rest[-1] > 10


def test_unplugged_and_back():
    body = """
    source = opened()
    def until_it_fails():
        while True:
            take(source)
    gone = fault_of(until_it_fails)
    present = source.present()
    source.close()
    absent = fault_of(lambda: source.open(Mode()))
    while not source.present():
        time.sleep(0.01)
    source.open(Mode())
    source.start()
    again = take(source)
    source.close()
    show([gone, present, absent, again[1:]])
    """
    gone, present, absent, again = run(camera({"unplug_after": 3, "back_after_ms": 200}), body)
    assert gone == ["/dev/video70 cannot give a frame: the device is gone (unplugged)", True]
    assert present is False
    assert absent[1] is True
    assert again == [None, WHOLE]


def test_another_user_makes_it_busy_until_he_leaves():
    body = """
    first, second = opened(), V4L2Source("/dev/video70")
    busy = fault_of(lambda: second.open(Mode()))
    first.close()
    second.open(Mode())
    second.close()
    show(busy)
    """
    message, gone = run(camera(), body)
    assert "busy: another process holds it" in message
    assert gone is False


def test_an_array_that_outlives_the_source_holds_the_device_but_never_crashes():
    body = """
    source = opened()
    with source.dequeue(5) as frame:
        kept = np.ndarray((16,), np.uint8, buffer=frame.data)
    source.close()
    busy = fault_of(lambda: source.open(Mode()))
    values = len(set(kept.tolist()))
    del kept
    source.open(Mode())
    source.close()
    show([busy is not None, values])
    """
    assert run(camera(), body) == [True, 16]


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        ("open:EACCES", "group video"),
        ("open:EPERM", "group video"),
        ("s_fmt:EBUSY", "busy"),
        ("reqbufs:EBUSY", "busy"),
        ("s_parm:EIO", "reports an error"),
        ("qbuf:EIO", "start streaming"),
        ("streamon:ENOSPC", "no USB bandwidth"),
        ("streamon:EINVAL", "cannot start streaming"),
        ("dqbuf:EIO", "cannot give a frame: the camera reports an error"),
        ("dqbuf:ENODEV", "gone"),
        ("dqbuf:EINVAL", "cannot give a frame"),
    ],
)
def test_fails_with_a_reason_and_works_the_next_time(failure, says):
    body = """
    before = usage()
    source = V4L2Source("/dev/video70")
    def use():
        source.open(Mode())
        source.start()
        return take(source)
    fault = fault_of(use)
    source.close()
    after = usage()
    frame = use()
    source.close()
    show([fault, frame[1:], after[0] - before[0]])
    """
    (message, gone), frame, leaked = run(camera(failures=(f"{failure}:1",)), body)
    assert says in message
    assert gone is ("ENODEV" in failure)
    assert frame == [None, WHOLE]
    assert leaked == 0


@pytest.mark.parametrize("failure", ["dqbuf:EINTR:3", "streamon:EINTR:3", "s_fmt:EINTR:3"])
def test_a_signal_changes_nothing(failure):
    body = """
    source = opened()
    show(take(source))
    """
    assert run(camera(failures=(failure,)), body) == [0, None, WHOLE]


def test_an_interrupt_from_another_thread_ends_a_wait_at_once():
    body = """
    source = opened()
    take(source)
    threading.Timer(0.05, source.interrupt).start()
    start_s = time.monotonic()
    nothing = take(source)
    show([nothing, time.monotonic() - start_s])
    """
    nothing, waited_s = run(camera({"stall_after": 1}), body)
    assert nothing is None
    assert 0.03 < waited_s < 1


def test_a_stalled_camera_gives_nothing_in_time():
    body = """
    source = opened()
    take(source)
    start_s = time.monotonic()
    with source.dequeue(0.1) as frame:
        show([frame, time.monotonic() - start_s])
    """
    nothing, waited_s = run(camera({"stall_after": 1}), body)
    assert nothing is None
    assert 0.1 <= waited_s < 1


def test_fifty_lives_leave_nothing():
    body = """
    source = opened()
    take(source)
    source.close()
    before = usage()
    for _ in range(50):
        source.open(Mode())
        source.start()
        take(source)
        source.close()
    show([before, usage()])
    """
    before, after = run(camera(), body)
    assert before == after


def test_controls_are_told_and_set():
    body = """
    from msgspec import to_builtins
    source = opened()
    controls = {control.name: control for control in source.controls()}
    source.set_control(controls["brightness"], 7)
    source.set_control(controls["auto_exposure"], 1)
    source.set_control(controls["exposure_time_absolute"], 9)
    after = {control.name: control.value for control in source.controls()}
    show([after, to_builtins(controls["auto_exposure"])])
    """
    after, exposure = run(camera(), body)
    assert after == {
        "brightness": 7,
        "white_balance_automatic": 1,
        "auto_exposure": 1,
        "exposure_time_absolute": 9,
    }
    assert exposure == {
        "id": 0x9A0901,
        "name": "auto_exposure",
        "alias": "exposure_auto",
        "type": "menu",
        "minimum": 0,
        "maximum": 3,
        "step": 1,
        "default": 3,
        "value": 3,
        "items": [
            {"value": 1, "name": "Manual Mode"},
            {"value": 3, "name": "Aperture Priority Mode"},
        ],
    }


def test_a_control_that_is_refused_says_why():
    body = """
    source = opened()
    brightness, _, _, time = source.controls()
    show([fault_of(lambda: source.set_control(*pair)) for pair in ((brightness, 256), (time, 9))])
    """
    refused = run(camera(), body)
    cannot = "/dev/video70 cannot set"
    assert refused == [
        [f"{cannot} brightness to 256: the device does not take this value", False],
        [f"{cannot} exposure_time_absolute to 9: it is inactive, another control decides", False],
    ]


TROUBLES = {
    "gone_while": ("is gone", True, [8, 2, 16]),
    "fatal_after": ("reports an error", False, [8]),
    "source_change_after": ("another resolution", False, [2]),
}


@pytest.mark.parametrize("option", TROUBLES)
def test_a_stream_that_breaks_says_why_and_can_be_opened_again(tmp_path, option):
    marker = tmp_path / "marker"
    body = f"""
    import select
    source = opened()
    take(source)
    before = usage()
    if {option!r} == "gone_while":
        open({str(marker)!r}, "w").close()
    fault = fault_of(lambda: [take(source) for _ in range(9)])
    poll = select.poll()
    poll.register(source._fd, select.POLLPRI)
    said = [state for _, state in poll.poll(2000)]
    source.close()
    os.path.exists({str(marker)!r}) and os.unlink({str(marker)!r})
    source.open(Mode())
    source.start()
    again = take(source)
    show([fault, said, again[1], usage() == before])
    """
    value = marker if option == "gone_while" else 4
    says, gone, bits = TROUBLES[option]
    (text, told_gone), said, flag, no_leak = run(camera({option: value}), body)
    assert says in text
    assert told_gone is gone
    assert (flag, no_leak) == (None, True)
    if option != "source_change_after":  # the event has been read
        assert said == [sum(bits)]


def test_a_node_that_another_process_streams_from_is_busy(tmp_path):
    marker = tmp_path / "marker"
    marker.touch()
    body = f"""
    source = V4L2Source("/dev/video70")
    before = usage()
    faults = [fault_of(lambda: source.open(Mode())) for _ in range(3)]
    same = usage() == before
    os.unlink({str(marker)!r})
    source.open(Mode())
    source.start()
    show([faults[2], same, take(source)[1]])
    """
    (text, gone), same, flag = run(camera({"busy_while": marker}), body)
    assert "busy: another process holds it" in text
    assert (gone, same, flag) == (False, True, None)

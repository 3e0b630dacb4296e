"""What a client of /ws asks, and what it hears."""

import asyncio
from types import SimpleNamespace

import msgspec
import pytest
from websocket_doubles import Conversation, settle

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.config.schema import Limits
from camerad.errors import FileExists, InvalidConfig, NotFound, NotRecording
from camerad.events.bus import Bus
from camerad.events.event import CameraEvent, StateUpdate
from camerad.http.limits import Limiter
from camerad.http.websocket.refusals import MAX_REFUSED
from camerad.http.websocket.session import Session
from camerad.http.websocket.verbs import Client, Verbs
from camerad.recording.order import Order
from camerad.recording.recorder import Recording, Started
from camerad.snapshot.snapshots import Snapshot, Wish

EVENT = CameraEvent("camera_connected", 0, "/dev/video0", "2025-01-15T10:30:00Z")
STATE = {"camera.connected": True, "config.camera": {"linger": 5}, "config.auth": {"ttl": 60}}


class Config:
    def __init__(self):
        self.merged = []
        self.fault = None

    def merge(self, section, change):
        if self.fault:
            raise self.fault
        self.merged.append((section, change))
        return ["network.http_port"] if section == "network" else []


class Snapshots:
    def __init__(self):
        self.taken = []
        self.fault = None

    async def take(self, fed, wish):
        if self.fault:
            raise self.fault
        self.taken.append((fed, wish))
        return Snapshot("a.jpg", "/media/data/snapshots/a.jpg", 7, "2025-01-15T10:30:00Z")


class Recorder:
    def __init__(self):
        self.orders = []

    async def start(self, fed, order):
        self.orders.append((fed, order))
        return Started("rec_1", "a.avi", 1000)

    async def stop(self, _fed):
        if not self.orders:
            raise NotRecording("No recording is in progress")
        return Recording("rec_1", "a.avi", 7.9, 900, 0, "stopped")


class Device:
    """A device and one client of it, in a role."""

    def __init__(self, role):
        self.bus = Bus()
        self.config = Config()
        self.snapshots = Snapshots()
        self.recorder = Recorder()
        self.socket = Conversation()
        self.admitted = True
        self.limits = Limits(enabled=False)
        cameras = SimpleNamespace(get=lambda number: f"camera {number}")
        state = SimpleNamespace(read=lambda: STATE)
        verbs = Verbs(state, self.config, cameras, self.snapshots, self.recorder)
        self._verbs = verbs.table()
        self._principal = Principal("somebody", role, "token")

    async def run(self):
        with self.bus.subscribed() as subscriber:
            client = Client(self._principal, subscriber)
            limiter = Limiter(lambda: self.limits, clock=lambda: 0.0)
            await Session(self.socket, client, self._verbs, limiter, lambda: self.admitted).run()

    async def hears(self, count=1):
        """The next messages that the client gets; there must be no more."""
        async with asyncio.timeout(5):
            while len(self.socket.sent) < count:
                await asyncio.sleep(0)
        await settle()
        messages, self.socket.sent = self.socket.sent, []
        assert len(messages) == count, messages
        return messages

    async def answers(self, **request):
        self.socket.say(request)
        return (await self.hears())[0]

    async def complains(self, **request):
        answer = await self.answers(**request)
        assert answer["type"] == "error"
        return answer["error"]


@pytest.fixture(params=[Role.ADMIN])
async def device(request):
    device = Device(request.param)
    session = asyncio.ensure_future(device.run())
    await settle()
    yield device
    device.socket.leave()
    await asyncio.wait_for(session, 5)


async def test_a_subscriber_is_told_of_events(device):
    answer = await device.answers(type="subscribe", event="state_changes", id=1)
    assert answer == {
        "type": "response",
        "id": 1,
        "request": "subscribe",
        "result": {"event": "state_changes"},
    }
    device.bus.publish(EVENT)
    device.bus.publish(StateUpdate("camera.framerate", 15))
    assert await device.hears() == [
        {"type": "state_update", "parameter": "camera.framerate", "value": 15}
    ]


async def test_who_unsubscribes_is_told_no_more(device):
    device.socket.say(
        {"type": "subscribe", "event": "state_changes"},
        {"type": "subscribe", "event": "camera_events"},
        {"type": "unsubscribe", "event": "state_changes"},
    )
    await settle()
    device.bus.publish(StateUpdate("camera.framerate", 15))
    device.bus.publish(EVENT)
    assert [message["type"] for message in await device.hears()] == ["camera_event"]


@pytest.mark.parametrize(
    ("device", "seen"),
    [
        (Role.VIEWER, {"camera.connected"}),
        (Role.OPERATOR, {"camera.connected", "config.camera"}),
        (Role.ADMIN, set(STATE)),
    ],
    indirect=["device"],
)
async def test_the_configuration_is_shown_to_those_who_may_change_it(device, seen):
    answer = await device.answers(type="get_state")
    assert answer == {"type": "state", "state": {name: STATE[name] for name in seen}}
    device.socket.say({"type": "subscribe", "event": "state_changes"})
    await settle()
    for name in STATE:
        device.bus.publish(StateUpdate(name, None))
    assert {message["parameter"] for message in await device.hears(len(seen))} == seen


@pytest.mark.parametrize("id_", [7, "seven", 7.5, True, None])
async def test_an_id_is_echoed(device, id_):
    answer = await device.answers(type="get_state", id=id_)
    assert answer["id"] == id_
    answer = await device.answers(type="nonsense", id=id_)
    assert (answer["type"], answer["id"]) == ("error", id_)


@pytest.mark.parametrize(
    ("parameter", "value", "merged"),
    [
        ("camera.framerate", 15, ("camera", {"default_framerate": 15})),
        ("camera.resolution", "640x480", ("camera", {"default_resolution": "640x480"})),
        ("camera.linger", 1.5, ("camera", {"linger": 1.5})),
        ("camera.controls.brightness", 7, ("camera", {"controls": {"brightness": 7}})),
        ("stream.quality", None, ("stream", {"quality": None})),
    ],
)
async def test_a_parameter_is_set_in_the_configuration(device, parameter, value, merged):
    answer = await device.answers(type="set_parameter", parameter=parameter, value=value, id=1)
    assert device.config.merged == [merged]
    assert answer["result"] == {"parameter": parameter, "value": value, "restart_required": []}


async def test_what_waits_for_the_next_start_is_told(device):
    wish = {"type": "set_parameter", "parameter": "network.http_port", "value": 80, "id": 1}
    answer = await device.answers(**wish)
    assert answer["result"]["restart_required"] == ["network.http_port"]


async def test_without_an_id_only_what_brings_something_is_answered(device):
    device.socket.say(
        {"type": "subscribe", "event": "firmware_events"},
        {"type": "unsubscribe", "event": "firmware_events"},
        {"type": "set_parameter", "parameter": "camera.linger", "value": 1},
        {"type": "get_state"},
        {"type": "snapshot"},
    )
    assert [message["type"] for message in await device.hears(2)] == ["state", "response"]


@pytest.mark.parametrize("parameter", ["framerate", "", ".", "camera.", "camera..x", "x" * 201])
async def test_a_parameter_has_a_section_and_a_name(device, parameter):
    error = await device.complains(type="set_parameter", parameter=parameter, value=1)
    assert error["code"] == "INVALID_REQUEST"
    assert device.config.merged == []


async def test_a_snapshot_is_taken_as_over_http(device):
    wish = {"filename": "a.jpg", "quality": 50, "addTimestamp": True, "camera": 3}
    answer = await device.answers(type="snapshot", id="s", **wish)
    assert device.snapshots.taken == [("camera 3", Wish("a.jpg", 50, True))]
    assert answer["result"] == {
        "success": True,
        "filename": "a.jpg",
        "path": "/media/data/snapshots/a.jpg",
        "size": 7,
        "timestamp": "2025-01-15T10:30:00Z",
    }


async def test_snapshots_have_their_own_rate(device):
    device.limits = Limits(image=2)
    for _ in range(3):
        device.socket.say({"type": "snapshot"})
    errors = [message for message in await device.hears(3) if message["type"] == "error"]
    assert [error["error"]["code"] for error in errors] == ["RATE_LIMITED"]


async def test_a_recording(device):
    assert (await device.complains(type="recording_stop"))["code"] == "NOT_RECORDING"
    wanted = {"filename": "a.avi", "duration": 300, "quality": "high", "camera": 2}
    started = await device.answers(type="recording_start", **wanted)
    assert started["result"] == {
        "success": True,
        "recording_id": "rec_1",
        "filename": "a.avi",
        "estimated_size": 1000,
    }
    assert device.recorder.orders == [("camera 2", Order("a.avi", 300, "high"))]
    stopped = await device.answers(type="recording_stop")
    assert stopped["result"] == {
        "success": True,
        "recording_id": "rec_1",
        "filename": "a.avi",
        "duration": 7,
        "file_size": 900,
    }


@pytest.mark.parametrize(
    ("device", "request_", "allowed"),
    [
        (Role.VIEWER, {"type": "snapshot"}, False),
        (Role.VIEWER, {"type": "recording_start"}, False),
        (Role.VIEWER, {"type": "set_parameter", "parameter": "camera.linger", "value": 1}, False),
        (Role.OPERATOR, {"type": "set_parameter", "parameter": "camera.linger", "value": 1}, True),
        (Role.OPERATOR, {"type": "set_parameter", "parameter": "stream.x", "value": 1}, False),
        (Role.OPERATOR, {"type": "snapshot"}, True),
        (Role.ADMIN, {"type": "set_parameter", "parameter": "stream.x", "value": 1}, True),
    ],
    indirect=["device"],
)
async def test_each_request_asks_for_its_role(device, request_, allowed):
    answer = await device.answers(id=1, **request_)
    if allowed:
        assert answer["type"] == "response"
    else:
        assert answer["error"]["code"] == "PERMISSION_DENIED"
        assert device.config.merged == device.snapshots.taken == []


@pytest.mark.parametrize("fault", [InvalidConfig("no"), NotFound("none"), FileExists("there")])
async def test_what_goes_wrong_is_told_in_the_envelope(device, fault):
    device.config.fault = device.snapshots.fault = fault
    for request in (
        {"type": "set_parameter", "parameter": "camera.linger", "value": 1},
        {"type": "snapshot"},
    ):
        error = await device.complains(**request)
        assert (error["code"], error["message"], error["details"]) == (fault.code, str(fault), "")
        assert error["timestamp"].endswith("Z")


async def test_a_bug_is_told_without_its_words(device, caplog):
    device.snapshots.fault = ZeroDivisionError("secret")
    error = await device.complains(type="snapshot")
    assert error["code"] == "INTERNAL_ERROR"
    assert "secret" not in str(error)
    assert "snapshot failed" in caplog.text
    assert (await device.answers(type="get_state"))["type"] == "state"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "INVALID_REQUEST"),
        ("{", "INVALID_REQUEST"),
        ("[]", "INVALID_REQUEST"),
        ("null", "INVALID_REQUEST"),
        ("{}", "INVALID_REQUEST"),
        ('{"type": 7}', "INVALID_REQUEST"),
        ('{"type": "shutdown"}', "INVALID_REQUEST"),
        ('{"type": "get_state", "id": {}}', "INVALID_REQUEST"),
        ('{"type": "subscribe"}', "INVALID_REQUEST"),
        ('{"type": "subscribe", "event": "secrets"}', "INVALID_REQUEST"),
        ('{"type": "set_parameter", "parameter": "camera.linger"}', "INVALID_REQUEST"),
        ('{"type": "snapshot", "quality": 101}', "INVALID_REQUEST"),
        ("[" * 50_000, "INVALID_REQUEST"),
        ('{"type": "get_state", "x": ' + '{"x":' * 20_000 + "0" + "}" * 20_001, "INVALID_REQUEST"),
        ('{"type": "get_state"}\udcff', "INVALID_REQUEST"),
        (b'{"type": "get_state"}', "UNSUPPORTED_MEDIA_TYPE"),
        (b"", "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_messages_that_make_no_sense(device, message, code):
    device.socket.say(message)
    (answer,) = await device.hears()
    assert (answer["type"], answer["error"]["code"]) == ("error", code)
    assert (await device.answers(type="get_state"))["type"] == "state"


@pytest.mark.parametrize(("message", "code"), [("{", 1008), (b"{", 1003)])
async def test_who_goes_on_making_no_sense_is_sent_away(device, message, code):
    device.socket.say(*[message] * MAX_REFUSED)
    await device.hears(MAX_REFUSED)
    assert device.socket.closed_with is None
    device.socket.say(message)
    await settle()
    assert device.socket.closed_with == code


async def test_a_good_message_makes_up_for_the_bad_ones(device):
    for _ in range(3):
        device.socket.say(*["{"] * MAX_REFUSED, {"type": "get_state"})
        await device.hears(MAX_REFUSED + 1)
    assert device.socket.closed_with is None


async def test_who_is_too_fast_is_told_and_then_sent_away(device):
    device.limits = Limits(api=5)
    device.socket.say(*[{"type": "get_state", "id": n} for n in range(5 + MAX_REFUSED)])
    messages = await device.hears(5 + MAX_REFUSED)
    assert [message["type"] for message in messages] == ["state"] * 5 + ["error"] * MAX_REFUSED
    assert {message["error"]["code"] for message in messages[5:]} == {"RATE_LIMITED"}
    assert messages[-1]["id"] == 4 + MAX_REFUSED
    device.socket.say({"type": "get_state"})
    await settle()
    assert device.socket.closed_with == 1008


async def test_whose_credentials_have_ended_is_not_served(device):
    device.admitted = False
    device.socket.say({"type": "snapshot"})
    await settle()
    assert device.socket.closed_with == 1008
    assert device.socket.sent == device.snapshots.taken == []


async def test_events_are_told_while_a_request_takes_its_time(device, monkeypatch):
    finish = asyncio.Event()

    async def take(_fed, _wish):
        await finish.wait()
        return Snapshot("a.jpg", "/a.jpg", 7, "now")

    monkeypatch.setattr(device.snapshots, "take", take)
    device.socket.say({"type": "subscribe", "event": "camera_events"}, {"type": "snapshot"})
    await settle()
    device.bus.publish(EVENT)
    assert await device.hears() == [msgspec.json.decode(msgspec.json.encode(EVENT))]
    finish.set()
    assert (await device.hears())[0]["request"] == "snapshot"


async def test_of_what_a_slow_client_misses_it_gets_the_newest_values(device):
    device.socket.say({"type": "subscribe", "event": "state_changes"})
    await settle()
    device.socket.writable.clear()
    for number in range(100):
        device.bus.publish(StateUpdate("camera.framerate", number))
        await settle()
    device.socket.writable.set()
    assert [message["value"] for message in await device.hears(2)] == [0, 99]


@pytest.mark.parametrize("device", [Role.OPERATOR], indirect=True)
async def test_unknown_sections_are_no_way_round_the_role(device):
    device.config.fault = NotFound("There is no such section")
    error = await device.complains(type="set_parameter", parameter="shell.command", value="ls")
    assert error["code"] == "PERMISSION_DENIED"

"""The system's D-Bus: how camerad speaks to other services of the machine."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from camerad.errors import ServiceMissing

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

CALL_S: Final = 25.0
"""What a service has for its answer, its start included: D-Bus' own usual limit."""

_DAEMON: Final = "org.freedesktop.DBus"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_UNKNOWN_METHOD: Final = "org.freedesktop.DBus.Error.UnknownMethod"


class Peer(Struct, frozen=True):
    """An object of a service, and that interface of it which is used."""

    title: str
    """What people call the service."""
    name: str
    path: str
    interface: str


class Refusal(Exception):
    """The service has answered by an error of its own."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.unknown_method = name == _UNKNOWN_METHOD


class SystemBus:
    """Connects with the first call, and again after the connection was lost.

    A service that cannot be reached raises ``ServiceMissing``, one that refuses ``Refusal``.
    """

    def __init__(self) -> None:
        self._bus: MessageBus | None = None
        self._connecting = asyncio.Lock()
        self._listeners: dict[Peer, Callable[[], None]] = {}

    def listen(self, peer: Peer, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each signal of an object; to be said before the first call."""
        self._listeners[peer] = listener

    async def call(
        self, peer: Peer, member: str, signature: str = "", *arguments: object
    ) -> list[Any]:
        """What a method returns, variants as plain values."""
        return await self._call(peer, peer.interface, member, signature, arguments)

    async def property(self, peer: Peer, name: str) -> Any:  # noqa: ANN401 - any type of D-Bus
        arguments = (peer.interface, name)
        return (await self._call(peer, _PROPERTIES, "Get", "ss", arguments))[0]

    def close(self) -> None:
        if self._bus is not None:
            self._bus.disconnect()
            self._bus = None

    async def _call(
        self, peer: Peer, interface: str, member: str, signature: str, arguments: tuple[object, ...]
    ) -> list[Any]:
        # Its import costs a start 60 ms, and most devices are never updated while it runs.
        from dbus_fast import Message, MessageType  # noqa: PLC0415
        from dbus_fast.unpack import unpack_variants  # noqa: PLC0415

        message = Message(
            destination=peer.name,
            path=peer.path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(arguments),
        )
        reply = await self._exchange(peer, message)
        if reply.message_type is MessageType.ERROR:
            raise _error(peer, reply)
        body: list[Any] = unpack_variants(reply.body)
        return body

    async def _exchange(self, peer: Peer, message: "Message") -> "Message":
        try:
            async with asyncio.timeout(CALL_S):
                bus = await self._connected()
                return await bus.call(message)
        except TimeoutError:
            raise _missing(peer, "no answer in time") from None
        except OSError as error:
            raise _missing(peer, f"no system bus: {error.strerror}") from error
        except EOFError as error:
            raise _missing(peer, "the system bus has closed the connection") from error

    async def _connected(self) -> "MessageBus":
        async with self._connecting:
            if self._bus is None or not self._bus.connected:
                self._bus = await self._connect()
            return self._bus

    async def _connect(self) -> "MessageBus":
        from dbus_fast import BusType, Message  # noqa: PLC0415 - see above
        from dbus_fast.aio import MessageBus  # noqa: PLC0415

        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        bus.add_message_handler(self._heard)
        for peer in self._listeners:
            rule = f"type='signal',sender='{peer.name}',path='{peer.path}'"
            await bus.call(
                Message(
                    destination=_DAEMON,
                    path="/org/freedesktop/DBus",
                    interface=_DAEMON,
                    member="AddMatch",
                    signature="s",
                    body=[rule],
                )
            )
        return bus

    def _heard(self, message: "Message") -> None:
        from dbus_fast import MessageType  # noqa: PLC0415 - see above

        if message.message_type is MessageType.SIGNAL:
            for peer, listener in self._listeners.items():
                if message.path == peer.path:
                    listener()


def _error(peer: Peer, reply: "Message") -> Exception:
    """A service's own error, or what the bus says of one that it cannot reach."""
    name = reply.error_name or ""
    text = str(reply.body[0]) if reply.body else ""
    if name.startswith("org.freedesktop.") and name != _UNKNOWN_METHOD:
        return _missing(peer, name.rpartition(".")[2])
    return Refusal(name, text)


def _missing(peer: Peer, why: str) -> ServiceMissing:
    return ServiceMissing(f"{peer.title} cannot be reached on this device", why)

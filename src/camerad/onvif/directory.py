"""Which devices there are to speak with: those that an administrator entered, and those found."""

from collections.abc import Callable

from camerad.config.schema import Onvif, OnvifDevice
from camerad.errors import OnvifDeviceNotFound
from camerad.onvif.book import DeviceBook
from camerad.onvif.device import Credentials, Device
from camerad.onvif.endpoint import parse_url
from camerad.onvif.names import DEVICE_SERVICE
from camerad.onvif.uuids import key


class Directory:
    """Looks devices up. What was entered goes before what was learnt, and stays where it is: no
    datagram can move a device whose credentials we have.
    """

    def __init__(self, book: DeviceBook, settings: Callable[[], Onvif]) -> None:
        self._book = book
        self._settings = settings

    def find(self, device_id: str) -> Device:
        """Raises ``OnvifDeviceNotFound``."""
        entry = self._entry(device_id)
        device = self._as_entered(entry) if entry else self._book.find(device_id)
        if device is None:
            raise OnvifDeviceNotFound(
                "This ONVIF device is not known",
                "Discover it with GET /api/onvif/discover, or enter it in onvif.devices",
            )
        return device

    def is_entered(self, device_id: str) -> bool:
        return self._entry(device_id) is not None

    def credentials(self, device_id: str) -> Credentials | None:
        entry = self._entry(device_id)
        if entry is None or entry.username is None or entry.password is None:
            return None
        return Credentials(entry.username, entry.password)

    def entered(self) -> list[Device]:
        return [self._as_entered(entry) for entry in self._settings().devices]

    def known(self) -> list[Device]:
        """All of them, those entered first."""
        by_hand = self.entered()
        named = {key(device.uuid) for device in by_hand}
        return by_hand + [
            device for device in self._book.devices() if key(device.uuid) not in named
        ]

    def _entry(self, device_id: str) -> OnvifDevice | None:
        wanted = key(device_id)
        entries = (entry for entry in self._settings().devices if key(entry.uuid) == wanted)
        return next(entries, None)

    def _as_entered(self, entry: OnvifDevice) -> Device:
        """With what it has told of itself, if it did so at this very address."""
        announced = parse_url(entry.address)
        host = announced.host if announced else None
        url = announced.at(host).url if announced and host else entry.address
        told = self._book.find(entry.uuid)
        if told is not None and told.address == url:
            return told
        return Device(
            uuid=f"urn:uuid:{key(entry.uuid)}",
            name=str(host or url),
            hardware="",
            location=str(host or url),
            services={DEVICE_SERVICE: url},
            last_seen=None,
        )

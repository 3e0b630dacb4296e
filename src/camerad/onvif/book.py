"""The book of devices: who has been seen, kept across restarts."""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from camerad.onvif.device import Device
from camerad.onvif.uuids import key
from camerad.storage.atomic import write_atomic

logger = logging.getLogger(__name__)

MAX_DEVICES: Final = 256


class DeviceBook:
    """Devices by uuid; those seen longest ago are forgotten first."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "onvif-devices.json"
        self._devices = {key(device.uuid): device for device in self._read()}

    def devices(self) -> list[Device]:
        """All of them, those last seen first."""
        return sorted(self._devices.values(), key=_last_seen, reverse=True)

    def find(self, device_id: str) -> Device | None:
        return self._devices.get(key(device_id))

    def note(self, devices: Iterable[Device]) -> None:
        """Put devices in place of what was known of them."""
        self._devices |= {key(device.uuid): device for device in devices}
        self._devices = {key(device.uuid): device for device in self.devices()[:MAX_DEVICES]}

    def write(self) -> None:
        """Keep it for the next start; blocks."""
        try:
            write_atomic(self._path, msgspec.json.format(msgspec.json.encode(self.devices())))
        except OSError as error:
            # They can be found again; a full disk is told of elsewhere.
            logger.warning("the ONVIF devices cannot be stored: %s", error.strerror)

    def _read(self) -> list[Device]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Device])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.MsgspecError) as error:
            logger.warning("the ONVIF devices of former runs cannot be read: %s", error)
            return []


def _last_seen(device: Device) -> str:
    return device.last_seen or ""

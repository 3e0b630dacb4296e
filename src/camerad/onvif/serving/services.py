"""The operations that this device has, and who may call each."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from camerad.accounts.roles import Role
from camerad.onvif.names import DEVICE, MEDIA
from camerad.onvif.serving.device_service import DeviceService
from camerad.onvif.serving.faults import NotAuthorized, NotSupported
from camerad.onvif.serving.media_service import MediaService
from camerad.onvif.serving.visit import Visit

EVERYBODY: Final = None
"""Before anybody can log in they must know the time and where the services are: ONVIF's access
class PRE_AUTH."""


class Served(Struct, frozen=True):
    answer: Callable[[Visit], str]
    role: Role | None


class Services:
    """Both services: an operation is answered at the address of either."""

    def __init__(self, device: DeviceService, media: MediaService) -> None:
        tds, trt = f"{{{DEVICE}}}Get", f"{{{MEDIA}}}Get"
        self._served = {
            f"{tds}SystemDateAndTime": Served(device.system_date_and_time, EVERYBODY),
            f"{tds}Services": Served(device.services, EVERYBODY),
            f"{tds}Capabilities": Served(device.capabilities, EVERYBODY),
            f"{tds}DeviceInformation": Served(device.device_information, Role.VIEWER),
            f"{tds}Scopes": Served(device.scopes, Role.VIEWER),
            f"{tds}NetworkInterfaces": Served(device.network_interfaces, Role.ADMIN),
            f"{trt}Profiles": Served(media.profiles, Role.VIEWER),
            f"{trt}VideoSources": Served(media.video_sources, Role.VIEWER),
            f"{trt}SnapshotUri": Served(media.snapshot_uri, Role.VIEWER),
            f"{trt}StreamUri": Served(media.stream_uri, Role.VIEWER),
        }

    def answer(self, visit: Visit) -> str:
        """The body of the answer; raises ``Fault``."""
        served = self._served.get(visit.operation.name)
        if served is None:
            raise NotSupported(f"{visit.operation.local[:64]} is not supported")
        who = visit.principal
        if served.role is not EVERYBODY and not (who and who.role.includes(served.role)):
            raise NotAuthorized("The sender is not authorized")
        return served.answer(visit)

"""onvif-zeep-async as a client of camerad: it checks every answer by ONVIF's own WSDL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from onvif import ONVIFCamera

from daemon_process import DaemonProcess


class Client(ONVIFCamera):
    """One whose services lie below another path than ``/onvif``, and behind a login."""

    def __init__(self, base_url: str, user: str, password: str, **options: Any):
        super().__init__("127.0.0.1", 80, user, password, **options)
        self._base_url = base_url

    def get_definition(self, name: str, port_type: str | None = None) -> tuple[str, str, str]:
        path = {"devicemgmt": "device_service", "media": "media_service"}[name]
        self.xaddrs["http://www.onvif.org/ver10/media/wsdl"] = ""
        self.xaddrs = dict.fromkeys(self.xaddrs, f"{self._base_url}/{path}")
        _, wsdl, binding = super().get_definition(name, port_type)
        return f"{self._base_url}/{path}", wsdl, binding

    async def update_clock(self) -> None:
        """Learn the camera's clock, and forget the services that were made without it."""
        await self._adjust_time(await self.create_devicemgmt_service())
        for service in self.services.values():
            await service.close()
        self.services.clear()


@asynccontextmanager
async def camera_client(
    process: DaemonProcess,
    path: str,
    *,
    user: str = "",
    password: str = "",
    basic: bool = True,
    adjust_time: bool = False,
) -> AsyncIterator[Client]:
    """A client of the services below ``path``; with ``basic`` it logs in as the administrator."""
    login = process.first_credentials()
    account = f"admin:{login['password']}@" if basic else ""
    base_url = f"http://{account}127.0.0.1:{process.http_port}{path}"
    client = Client(base_url, user, password, adjust_time=adjust_time, no_cache=True)
    try:
        yield client
    finally:
        await client.close()

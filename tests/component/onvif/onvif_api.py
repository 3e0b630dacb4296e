"""The ONVIF part of the API, as a client of it."""

from typing import Any

import requests

from daemon_process import DaemonProcess


class Onvif:
    """The API's ONVIF part, asked by an administrator."""

    def __init__(self, process: DaemonProcess) -> None:
        self.process = process
        self._headers = process.headers("admin")

    def discover(self, timeout_s: float = 1) -> dict[str, Any]:
        """By uuid."""
        found = self.get(f"/api/onvif/discover?timeout={timeout_s}")
        return {device["uuid"]: device for device in found["devices"]}

    def get(self, path: str) -> dict[str, Any]:
        answer = requests.get(self.process.url + path, headers=self._headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(
        self, uuid: str, service: str, operation: str, media_type: str = "application/soap+xml"
    ) -> requests.Response:
        return requests.post(
            f"{self.process.url}/api/onvif/{uuid}/{service}",
            soap(operation),
            headers=self._headers | {"Content-Type": media_type},
            timeout=20,
        )


def soap(operation: str) -> str:
    """An envelope around `tds:GetServices` or `trt:GetProfiles`."""
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
        ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl">'
        f"<s:Body><{operation}/></s:Body></s:Envelope>"
    )

"""camerad as the device runs it: a unit of systemd."""

from contextlib import suppress
from functools import cached_property
from typing import Any

import requests

from device import Device
from ssh import CommandFailed

STATE = "/var/lib/camerad"
DROP_IN = "/run/systemd/system/camerad.service.d/hil.conf"
SETTINGS = "/etc/camerad/camerad.toml"
FIRST_SECRETS = ("password", "token")
TIMEOUT_S = 30
START_TIMEOUT_S = 240


class CameradService:
    def __init__(self, device: Device) -> None:
        self._device = device
        self._serves: tuple[str, str] | None = None
        self.expected_restarts = 0
        """By systemd, after camerad had ended unasked."""

    def serve(self, camera: str, settings: str = "") -> None:
        """Serve a camera of this SPEC, with these settings in TOML; returns when the unit says that
        it is ready.
        """
        if (camera, settings) == self._serves and self.is_active():
            return
        self._device.ssh.put(settings.encode(), SETTINGS)
        command = f"/usr/bin/camerad serve --state {STATE} --bind 0.0.0.0 --camera {camera}"
        drop_in = f"[Service]\nExecStart=\nExecStart={command}\n"
        self._device.ssh.put(drop_in.encode(), DROP_IN)
        self._device.ssh.run("systemctl daemon-reload")
        try:
            self._device.ssh.run("systemctl restart camerad", timeout_s=START_TIMEOUT_S)
        except CommandFailed as failure:
            raise AssertionError(self.journal()) from failure
        self._serves = camera, settings

    def is_active(self) -> bool:
        return self.show("ActiveState") == "active"

    def signal(self, name: str) -> None:
        self._device.ssh.run(f"systemctl kill --kill-whom=main --signal={name} camerad")

    def stop(self) -> float:
        """How many seconds it took, by the guest's clock."""
        uptime = "cut -d' ' -f1 /proc/uptime"
        printed = self._device.ssh.run(f"{uptime}; systemctl stop camerad; {uptime}")
        begun_s, ended_s = map(float, printed.split())
        return ended_s - begun_s

    def get(self, path: str, *, stream: bool = False) -> requests.Response:
        return self._request("GET", path, stream=stream)

    def post(self, path: str, body: dict[str, object]) -> requests.Response:
        return self._request("POST", path, json=body)

    def patch(self, path: str, body: dict[str, object]) -> requests.Response:
        return self._request("PATCH", path, json=body)

    def show(self, name: str) -> str:
        """A property of the unit."""
        return self._device.ssh.run(f"systemctl show --value -p {name} camerad").strip()

    def journal(self) -> str:
        """Since the device has booted."""
        options = "--boot --no-pager --output=short-monotonic"
        return self._device.ssh.run(f"journalctl {options} -u camerad")

    def cursor(self) -> str:
        """Where the journal ends now."""
        shown = self._device.ssh.run("journalctl --no-pager --lines=0 --show-cursor")
        return shown.rpartition("cursor:")[2].strip()

    def said_since(self, cursor: str) -> list[str]:
        """camerad's own lines, without their times."""
        command = f"journalctl --no-pager --output=cat -u camerad --after-cursor='{cursor}'"
        return self._device.ssh.run(command).splitlines()

    def secrets(self) -> list[str]:
        """What must not be read anywhere but here and in the state directory."""
        file = self._device.ssh.get(f"{STATE}/first-credentials").decode()
        lines = (line.partition(" ") for line in file.splitlines())
        return [self.token, *(value for name, _, value in lines if name in FIRST_SECRETS)]

    @cached_property
    def token(self) -> str:
        """Made when first needed: while camerad runs, which has to notice."""
        with suppress(CommandFailed):  # a board may know it from an earlier run
            self._camerad("token revoke hil")
        return self._camerad("token add hil --role operator").strip()

    def _camerad(self, command: str) -> str:
        """What camerad's own command line prints."""
        return self._device.ssh.run(f"runuser -u camerad -- camerad {command} --state {STATE}")

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self._device.url}{path}"
        return requests.request(method, url, headers=headers, timeout=TIMEOUT_S, **options)

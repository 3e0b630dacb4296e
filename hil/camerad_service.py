"""camerad as the device runs it: a unit of systemd."""

from functools import cached_property
from typing import Any

import requests

from guest import Guest
from ssh import CommandFailed

STATE = "/var/lib/camerad"
DROP_IN = "/run/systemd/system/camerad.service.d/hil.conf"
FIRST_SECRETS = ("password", "token")
TIMEOUT_S = 30
START_TIMEOUT_S = 120


class CameradService:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._camera: str | None = None

    def serve(self, camera: str) -> None:
        """Serve a camera of this SPEC; returns when the unit says that it is ready."""
        if camera == self._camera and self.show("ActiveState") == "active":
            return
        command = f"/usr/bin/camerad serve --state {STATE} --bind 0.0.0.0 --camera {camera}"
        drop_in = f"[Service]\nExecStart=\nExecStart={command}\n"
        self._guest.ssh.put(drop_in.encode(), DROP_IN)
        self._guest.ssh.run("systemctl daemon-reload")
        try:
            self._guest.ssh.run("systemctl restart camerad", timeout_s=START_TIMEOUT_S)
        except CommandFailed as failure:
            raise AssertionError(self.journal()) from failure
        self._camera = camera

    def stop(self) -> float:
        """How many seconds it took, by the guest's clock."""
        uptime = "cut -d' ' -f1 /proc/uptime"
        printed = self._guest.ssh.run(f"{uptime}; systemctl stop camerad; {uptime}")
        begun_s, ended_s = map(float, printed.split())
        return ended_s - begun_s

    def get(self, path: str, *, stream: bool = False) -> requests.Response:
        return self._request("GET", path, stream=stream)

    def post(self, path: str, body: dict[str, object]) -> requests.Response:
        return self._request("POST", path, json=body)

    def show(self, name: str) -> str:
        """A property of the unit."""
        return self._guest.ssh.run(f"systemctl show --value -p {name} camerad").strip()

    def journal(self) -> str:
        return self._guest.ssh.run("journalctl --no-pager --output=short-monotonic -u camerad")

    def secrets(self) -> list[str]:
        """What must not be read anywhere but here and in the state directory."""
        file = self._guest.ssh.get(f"{STATE}/first-credentials").decode()
        lines = (line.partition(" ") for line in file.splitlines())
        return [self._token, *(value for name, _, value in lines if name in FIRST_SECRETS)]

    @cached_property
    def _token(self) -> str:
        """Made when first needed: while camerad runs, which has to notice."""
        command = f"camerad token add hil --role operator --state {STATE}"
        return self._guest.ssh.run(f"runuser -u camerad -- {command}").strip()

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"{self._guest.url}{path}"
        return requests.request(method, url, headers=headers, timeout=TIMEOUT_S, **options)

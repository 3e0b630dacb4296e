"""A device whose firmware is updated, as a client sees it, over restarts and power cuts."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from camerad_service import STATE
from disk_guest import DiskGuest
from machines import Machine

BOOT_TIMEOUT_S = 900
"""Of camerad, on an emulated machine."""
STEP_TIMEOUT_S = 900
ANSWER_TIMEOUT_S = 60
POLL_S = 0.5

Status = dict[str, Any]


class Updatable:
    def __init__(self, machine: Machine, disk: Path, artefacts: Path) -> None:
        self._machine = machine
        self._disk = disk
        self._artefacts = artefacts
        self._runs = 0
        self._guest: DiskGuest | None = None
        self._token = ""

    @property
    def guest(self) -> DiskGuest:
        assert self._guest is not None, "the device is off"
        return self._guest

    def power_on(self) -> None:
        """Returns at once."""
        self._runs += 1
        log = self._artefacts / f"firmware-console-{self._runs}.log"
        self._guest = DiskGuest(self._machine, log, self._disk)
        self._guest.start()

    def cut_power(self) -> None:
        """Does nothing if it is off."""
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.stop()

    def keep_journal(self) -> None:
        """Of this start, as an artefact."""
        journal = self.guest.ssh.run("journalctl --boot --output=short-monotonic --no-pager")
        (self._artefacts / "firmware-journal.log").write_text(journal)

    def await_camerad(self) -> Status:
        """Until it answers, and knows what has come of the last update; gives ``/api/firmware``."""
        assert self.guest.ssh.answers_within(BOOT_TIMEOUT_S), "no SSH"
        return self.await_state("idle", "ready", "installing", "installed")

    def await_state(self, *states: str) -> Status:
        return self.await_status(lambda status: status["state"] in states)

    def await_status(self, wanted: Callable[[Status], bool]) -> Status:
        """Restarts of the device are waited out."""
        give_up_s = time.monotonic() + STEP_TIMEOUT_S
        seen: object = None
        while time.monotonic() < give_up_s:
            try:
                answer = self.get("/api/firmware")
            except requests.RequestException as error:
                seen = error
            else:
                seen = answer.text
                if answer.status_code == 200 and wanted(answer.json()):
                    status: Status = answer.json()
                    return status
            time.sleep(POLL_S)  # it can only be asked, and is busy
        raise AssertionError(f"in {STEP_TIMEOUT_S} s it did not come to that; last: {seen}")

    def get(self, path: str) -> requests.Response:
        return requests.get(self.guest.url + path, headers=self.headers, timeout=ANSWER_TIMEOUT_S)

    def send(self, method: str, path: str, body: object = None) -> requests.Response:
        return requests.request(
            method,
            self.guest.url + path,
            json=body,
            headers=self.headers,
            timeout=ANSWER_TIMEOUT_S,
        )

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def token(self) -> str:
        """The administrator's of the first start: one that is kept must do for ever."""
        if not self._token:
            file = f"{STATE}/first-credentials"
            wait = f"until [ -s {file} ]; do sleep 1; done; cat {file}"
            lines = self.guest.ssh.run(wait, timeout_s=BOOT_TIMEOUT_S).splitlines()
            [self._token] = [line.split()[1] for line in lines if line.startswith("token ")]
        return self._token

    def activate(self) -> None:
        """Returns while the device goes down."""
        self._restart("/api/firmware/activate")

    def reset(self) -> None:
        """To what it was on its first day, when other credentials were made."""
        self._restart("/api/system/factory-reset", {"confirm": "factory-reset"})
        self._token = ""

    def _restart(self, path: str, body: object = None) -> None:
        self.send("POST", path, body).raise_for_status()
        # The connection would not notice.
        self.guest.ssh.close()
        self._await_silence()

    def _await_silence(self) -> None:
        try:
            while True:
                self.get("/health")
                time.sleep(POLL_S)  # it can only be asked, and is busy
        except requests.RequestException:
            return

    def start_upload(self, bundle: Path) -> subprocess.Popen[bytes]:
        """By the line of the API's reference, but for what fails first, and the address."""
        command = [
            *("curl", "--silent", "--show-error", "-X", "POST"),
            *("-H", f"Authorization: Bearer {self.token}"),
            *("-F", f"file=@{bundle}", "-F", "path=/data/firmware/", "-F", "overwrite=true"),
            f"{self.guest.url}/upload",
        ]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def upload(self, bundle: Path) -> Status:
        """Gives the answer."""
        said, complaints = self.start_upload(bundle).communicate(timeout=STEP_TIMEOUT_S)
        assert said, complaints.decode()
        answer: Status = json.loads(said)
        return answer

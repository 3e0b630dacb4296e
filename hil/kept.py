"""What an update must not touch."""

import time

import requests

from updatable import Updatable
from waiting import await_some

RECORDED_S = 2
FILM = {"filename": "before-the-update.avi", "resolution": "640x360", "framerate": 10}


class Kept:
    """Leaves a setting, a token and a recording on a device."""

    def __init__(self, device: Updatable) -> None:
        self._device = device
        device.send("PATCH", "/api/config/recording", {"quality": "low"}).raise_for_status()
        token = device.send("POST", "/api/tokens", {"name": "kept", "role": "viewer"})
        self._headers = {"Authorization": f"Bearer {token.json()['token']}"}
        self._record()
        self._film = self._download()

    def check(self) -> None:
        settings = self._device.get("/api/config/recording").json()
        assert settings["quality"] == "low"
        assert self._download() == self._film

    def _record(self) -> None:
        ssh = self._device.guest.ssh
        ssh.run("modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0")
        await_some(self._has_camera, "the camera", 240)
        started = self._device.send("POST", "/api/recording/start", FILM)
        assert started.status_code == 200, started.text
        time.sleep(RECORDED_S)  # a film is as long as it was recorded
        self._device.send("POST", "/api/recording/stop").raise_for_status()
        # It would not be there in the new system, which has to be as well as the old one.
        ssh.run("until modprobe -r vivid; do sleep 1; done")
        await_some(lambda: not self._has_camera(), "the camera's end", 240)

    def _has_camera(self) -> bool:
        return self._device.get("/health").json()["checks"]["camera"] == "ok"

    def _download(self) -> bytes:
        """With the token that was made."""
        url = f"{self._device.guest.url}/download/recordings/{FILM['filename']}"
        answer = requests.get(url, headers=self._headers, timeout=60)
        answer.raise_for_status()
        return answer.content

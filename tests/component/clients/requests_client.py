"""A client as integrators write it, on `requests`: made of the reference, and of nothing else.

Each method's docstring is the endpoint that it calls, as the reference writes it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

TIMEOUT_S = 15


class DeviceError(Exception):
    """What the device has refused, and why."""

    def __init__(self, answer: requests.Response) -> None:
        error = answer.json()["error"]
        super().__init__(error["message"])
        self.status = answer.status_code
        self.code: str = error["code"]
        self.details: str = error["details"]
        self.timestamp: str = error["timestamp"]
        self.headers = answer.headers


class Device:
    """One device. Options are those of a session: ``auth``, ``headers``, ``params``, ``verify``."""

    def __init__(self, base_url: str, **options: Any) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        for name, value in options.items():
            setattr(self._session, name, value)

    def close(self) -> None:
        self._session.close()

    def camera_jpeg(self, quality: int | None = None) -> bytes:
        """GET /camera.jpeg"""
        return self._picture("/camera.jpeg", quality)

    def image(self, quality: int | None = None) -> bytes:
        """GET /image"""
        return self._picture("/image", quality)

    def snapshot(self, **wanted: Any) -> Any:
        """POST /snapshot"""
        return self._json("POST", "/snapshot", json=wanted)

    def camera_status(self) -> Any:
        """GET /api/camera/status"""
        return self._json("GET", "/api/camera/status")

    def info(self) -> Any:
        """GET /api/info"""
        return self._json("GET", "/api/info")

    def status(self) -> Any:
        """GET /api/status"""
        return self._json("GET", "/api/status")

    def health(self) -> Any:
        """GET /health"""
        return self._json("GET", "/health")

    def api_health(self) -> Any:
        """GET /api/health"""
        return self._json("GET", "/api/health")

    def upload(self, file: Path, **fields: str) -> Any:
        """POST /upload"""
        with file.open("rb") as content:
            return self._json("POST", "/upload", files={"file": content}, data=fields)

    def download(self, path: str, output: Path) -> str:
        """GET /download/{filepath}"""
        return self._save(f"/download/{path}", output)

    def file(self, path: str, output: Path) -> str:
        """GET /files/{filepath}"""
        return self._save(f"/files/{path}", output)

    def files(self, path: str, **options: str) -> Any:
        """GET /files?path={directory}"""
        return self._json("GET", "/files", params={"path": path, **options})

    def api_files(self, directory: str, **options: str) -> Any:
        """GET /api/files?directory={path}"""
        return self._json("GET", "/api/files", params={"directory": directory, **options})

    def delete(self, path: str, **options: str) -> Any:
        """DELETE /files/{filepath}"""
        return self._json("DELETE", f"/files/{path}", params=options)

    def start_recording(self, **wanted: Any) -> Any:
        """POST /api/recording/start"""
        return self._json("POST", "/api/recording/start", json=wanted)

    def stop_recording(self) -> Any:
        """POST /api/recording/stop"""
        return self._json("POST", "/api/recording/stop")

    def recording_status(self) -> Any:
        """GET /api/recording/status"""
        return self._json("GET", "/api/recording/status")

    def config(self) -> Any:
        """GET /api/config"""
        return self._json("GET", "/api/config")

    def config_section(self, section: str) -> Any:
        """GET /api/config/{section}"""
        return self._json("GET", f"/api/config/{section}")

    def replace_config(self, section: str, **settings: Any) -> Any:
        """PUT /api/config/{section}"""
        return self._json("PUT", f"/api/config/{section}", json={section: settings})

    def change_config(self, section: str, **settings: Any) -> Any:
        """PATCH /api/config/{section}"""
        return self._json("PATCH", f"/api/config/{section}", json={section: settings})

    def onvif_discover(self, **options: float) -> Any:
        """GET /api/onvif/discover"""
        return self._json("GET", "/api/onvif/discover", params=options)

    def onvif(self, device_id: str, service: str, envelope: str) -> str:
        """POST /api/onvif/{device_id}/{service}"""
        answer = self._call(
            "POST",
            f"/api/onvif/{device_id}/{service}",
            data=envelope,
            headers={"Content-Type": "application/soap+xml"},
        )
        return answer.text

    def stream(self) -> Iterator[bytes]:
        """The live pictures, one JPEG after the other; not in the reference."""
        with self._call("GET", "/stream", stream=True) as answer:
            boundary = answer.headers["Content-Type"].partition("boundary=")[2]
            raw = answer.raw
            while raw.readline().rstrip() == f"--{boundary}".encode():
                lines = iter(lambda: raw.readline().rstrip().decode(), "")
                headers = dict(line.split(": ", 1) for line in lines)
                yield raw.read(int(headers["Content-Length"]))
                raw.readline()

    def _picture(self, path: str, quality: int | None) -> bytes:
        answer = self._call("GET", path, params={"quality": quality})
        assert answer.headers["Content-Type"] == "image/jpeg"
        return answer.content

    def _save(self, path: str, output: Path) -> str:
        with self._call("GET", path, stream=True) as answer, output.open("wb") as file:
            for chunk in answer.iter_content(1 << 16):
                file.write(chunk)
            return answer.headers["Content-Type"].partition(";")[0]

    def _json(self, method: str, path: str, **options: Any) -> Any:
        answer = self._call(method, path, **options)
        assert answer.headers["Content-Type"] == "application/json"
        return answer.json()

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self._session.request(method, self._base_url + path, timeout=TIMEOUT_S, **options)
        if not answer.ok:
            raise DeviceError(answer)
        return answer

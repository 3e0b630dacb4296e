"""A client that records."""

import time

import requests


class Client:
    """Speaks to a daemon as an operator."""

    def __init__(self, process):
        self.process = process
        self.folder = process.state / "media" / "recordings"

    def call(self, method, path, **options):
        headers = self.process.headers(options.pop("role", "operator"))
        return requests.request(
            method, self.process.url + path, headers=headers, timeout=15, **options
        )

    def start(self, **fields):
        return self.call("POST", "/api/recording/start", json=fields)

    def stop(self):
        return self.call("POST", "/api/recording/stop")

    def status(self):
        return self.call("GET", "/api/recording/status").json()

    def listed(self):
        """The films by name."""
        films = self.call("GET", "/api/recordings", role="viewer").json()["recordings"]
        return {film["filename"]: film for film in films}

    def metric(self, name):
        lines = self.call("GET", "/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    def until(self, condition, timeout_s=15):
        """Wait until the status is so; gives it."""
        give_up_s = time.monotonic() + timeout_s
        while not condition(status := self.status()):
            assert time.monotonic() < give_up_s, (status, self.process.log())
            time.sleep(0.05)
        return status

"""``camerad.asgi:app`` for any ASGI server, set up by the environment.

CAMERAD_STATE (the state directory), CAMERAD_CONFIG (a configuration file) and CAMERAD_CAMERA
(camera SPECs, separated by spaces) stand for the options of ``camerad serve``.

At its end uvicorn waits for open streams, unless --timeout-graceful-shutdown tells it how long.
"""

import logging
import os
from pathlib import Path

from camerad.capture.spec import parse_camera_spec
from camerad.daemon import Daemon
from camerad.http.websocket.asgi import with_denials
from camerad.parts import Settings
from camerad.system.logs import redact_arguments


def _state_dir() -> Path:
    """As systemd gives it, else where the XDG directory specification puts state."""
    state_home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    named = os.environ.get("CAMERAD_STATE") or os.environ.get("STATE_DIRECTORY")
    return Path(named or Path(state_home, "camerad")).absolute()


def _settings() -> Settings:
    config_file = os.environ.get("CAMERAD_CONFIG")
    cameras = os.environ.get("CAMERAD_CAMERA", "auto").split()
    return Settings(
        state_dir=_state_dir(),
        config_file=Path(config_file) if config_file else None,
        cameras=[parse_camera_spec(spec) for spec in cameras],
    )


# It logs whole URLs, those of WebSockets among its errors, and tokens may stand in them.
for log in ("uvicorn.access", "uvicorn.error"):
    logging.getLogger(log).addFilter(redact_arguments)

app = with_denials(Daemon(_settings()).app)

"""Reads commands from the standard input, one JSON object a line, and answers each in a line:
``{"command": "plug", "serial": "A1", "port": 0}``. At its end all plugs are pulled.
"""

import json
import sys
from pathlib import Path

from uvc import pictures
from uvc.commands import Commands
from uvc.vhci import PortBusy, Vhci


def main() -> None:
    commands = Commands(pictures.load(Path(sys.argv[1])), Vhci())
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(answer(commands, json.loads(line))) + "\n")
            sys.stdout.flush()
    finally:
        commands.unplug_all()


def answer(commands: Commands, wish: dict[str, object]) -> dict[str, object]:
    try:
        return {"result": commands.execute(str(wish.pop("command")), wish)}
    except (KeyError, OSError, PortBusy, TypeError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


main()

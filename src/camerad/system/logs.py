"""The log: lines on stderr, for a console or a journal."""

import logging
import os
import re
from typing import Final

# Of a URL too, where any character may be percent-encoded, once or more often.
_NAMED: Final = re.compile(
    r"((?:token|password)[\"']?\s*(?:[=:]|%(?:25)*3[ad])\s*[\"']?"
    r"|(?:bearer|basic)(?:[\s+]|%(?:25)*20)+)[^\s&\"',;]+",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"(?<![\w-])(?:[\w-]|%(?:25)*[2-7][0-9a-fA-F]){43}(?![\w-])")
"""What looks like a token of ours: 32 bytes in URL-safe base64."""


def redact(line: str) -> str:
    """The line with every token, and whatever is called a token, a password or an authorization,
    blacked out.
    """
    return _TOKEN.sub("***", _NAMED.sub(r"\1***", line))


def redact_arguments(record: logging.LogRecord) -> bool:
    """A filter for the log of somebody else, who formats its records himself; lets all pass."""
    if isinstance(record.args, tuple):
        record.args = tuple(redact(arg) if isinstance(arg, str) else arg for arg in record.args)
    return True


class RedactingFormatter(logging.Formatter):
    """A formatter and no filter: tracebacks too are part of what it writes."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure_logging() -> None:
    """Write everything of level INFO and above to stderr; a journal adds the time itself."""
    clock = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(f"{clock}%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Their life cycles say nothing that ours does not, and their errors reach ours as exceptions.
    for library in ("sanic", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)


def set_level(level: str) -> None:
    """Take a level of the configuration: ``debug``, ``info``, ``warning`` or ``error``."""
    logging.getLogger("camerad").setLevel(level.upper())

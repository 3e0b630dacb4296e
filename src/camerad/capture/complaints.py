"""What the log hears of a camera that fails over and over."""

import logging
from typing import Final

from camerad.capture.source import CameraFault

logger = logging.getLogger(__name__)

LOUDEST: Final = 4
"""So many different troubles are told aloud in a row: one that changes its words with every attempt
must not fill the journal."""


class Complaints:
    """Says each trouble once, loudly; its repetitions only to those who debug, until it is over.
    That a camera is gone is one trouble, however it shows.
    """

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, fault: CameraFault) -> None:
        trouble = "gone" if fault.gone else str(fault)
        again = trouble in self._told or len(self._told) == LOUDEST
        logger.log(logging.DEBUG if again else logging.WARNING, "%s", fault)
        if not again:
            self._told.add(trouble)

    def over(self, device: str) -> None:
        """It works; that is worth a line only after a trouble."""
        if self._told:
            logger.info("%s is back", device)
            self._told.clear()

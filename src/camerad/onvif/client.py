"""All that speaks to other cameras."""

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from camerad.config.schema import Onvif
from camerad.onvif.addresses import Neighbourhood
from camerad.onvif.asking import Asking
from camerad.onvif.book import DeviceBook
from camerad.onvif.caller import Caller
from camerad.onvif.directory import Directory
from camerad.onvif.finder import Finder
from camerad.onvif.proxy import Proxy
from camerad.onvif.reach import Reach


class OnvifClient:
    """Builds the parts of the client's side; none of them does anything until it is asked."""

    def __init__(
        self,
        state_dir: Path,
        settings: Callable[[], Onvif],
        look_around: Callable[[], Neighbourhood],
        disk: Executor,
    ) -> None:
        """``look_around`` blocks, and gives the networks that we are in now."""
        book = DeviceBook(state_dir)
        caller = Caller(lambda: settings().timeout)
        self._asking = Asking(caller)
        self.reach = Reach(look_around, disk)
        self.directory = Directory(book, settings)
        self.finder = Finder(self.directory, book, self._asking, self.reach, disk)
        self.proxy = Proxy(self.directory, self.finder, self._asking, caller, self.reach)

    def close(self) -> None:
        self.finder.close()
        self._asking.close()

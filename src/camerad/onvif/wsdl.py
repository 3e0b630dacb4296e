"""The device service by its WSDL: zeep writes our questions and reads the answers.

Loaded when the first device is asked: 0.25 s of one thread, and 36 MB that the process keeps
(zeep 4.3.3, lxml 6.1, Python 3.11 on x86-64). Most of it is lxml and what zeep imports; the WSDL
itself is 9 MB and 0.07 s of it.
"""

import os
from importlib.util import find_spec
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from camerad.onvif.names import DEVICE
from camerad.onvif.xmltree import MESSAGE, parse

if TYPE_CHECKING:
    import zeep

WSDL_PACKAGE: Final = "onvif"
"""What onvif-zeep-async is imported as. It never is: it would turn certificates off, set up
logging and change the environment."""


class DeviceWsdl:
    """Blocks, and is for one thread at a time."""

    def __init__(self) -> None:
        self._loaded: zeep.Client | None = None

    def request(self, operation: str, **arguments: object) -> bytes:
        """A SOAP envelope."""
        from lxml import etree  # noqa: PLC0415 - see the module

        message = self._binding.get(operation).create(**arguments)
        return bytes(etree.tostring(message.content))

    def reply(self, operation: str, status: int, content: bytes) -> Any:  # noqa: ANN401 - whatever the WSDL says
        """What the answer holds, as the WSDL has it. Raises ``ValueError`` for a fault, and for
        what is no such answer.
        """
        from zeep.exceptions import Error  # noqa: PLC0415 - see the module

        parse(content, MESSAGE)  # for its bounds, which libxml2 does not keep
        response = SimpleNamespace(status_code=status, content=content, headers={}, encoding=None)
        binding = self._binding
        try:
            return binding.process_reply(self._client, binding.get(operation), response)
        except Error as error:
            raise ValueError(str(error.message or "a fault")[:200]) from error
        # What zeep meets with that is neither an answer nor a fault as SOAP has it.
        except (AttributeError, TypeError, LookupError) as error:
            raise ValueError("not as the WSDL has it") from error

    @property
    def _binding(self) -> Any:  # noqa: ANN401 - zeep has no types
        return self._client.wsdl.bindings[f"{{{DEVICE}}}DeviceBinding"]

    @property
    def _client(self) -> "zeep.Client":
        if self._loaded is None:
            import zeep  # noqa: PLC0415 - see the module

            # Not strict: cameras tell more than the WSDL knows, and in another order.
            settings = zeep.Settings(
                strict=False, forbid_external=True, forbid_dtd=True, forbid_entities=True
            )
            self._loaded = zeep.Client(_wsdl_path(), settings=settings)
        return self._loaded


def _wsdl_path() -> str:
    spec = find_spec(WSDL_PACKAGE)
    assert spec is not None, "onvif-zeep-async is not installed"
    assert spec.origin is not None
    return os.path.join(os.path.dirname(spec.origin), "wsdl", "devicemgmt.wsdl")

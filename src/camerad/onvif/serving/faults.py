"""What goes wrong with a SOAP request, in the words that ONVIF has for it."""

from typing import ClassVar


class Fault(Exception):
    """A SOAP fault: ``code`` is Sender or Receiver, and ``subcodes`` are ONVIF's."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "Sender"
    subcodes: ClassVar[tuple[str, ...]] = ()


class NotAuthorized(Fault):
    # Not 401: that would have browsers and clients send a password, where a digest is wanted.
    subcodes = ("NotAuthorized",)


class UnknownProfile(Fault):
    subcodes = ("InvalidArgVal", "NoProfile")


class NotSupported(Fault):
    status = 500
    code = "Receiver"
    subcodes = ("ActionNotSupported",)

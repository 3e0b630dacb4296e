"""WS-UsernameToken: how ONVIF says who asks, with a digest in place of the password."""

import base64
import hashlib
import hmac
import os
from html import escape

from camerad.clock import iso_utc
from camerad.onvif.names import BASE64, DIGEST, SECURITY, UTILITY


def digest(nonce: bytes, created: str, password: str) -> str:
    """Base64 of SHA-1 over all three, as the profile has it."""
    # SHA-1 is the profile's choice, and all that devices know.
    hashed = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False)
    return base64.b64encode(hashed.digest()).decode()


def fits(claimed: str, nonce: bytes, created: str, password: str) -> bool:
    """Whether a digest was made with this password."""
    return hmac.compare_digest(claimed.encode(), digest(nonce, created, password).encode())


def security_header(username: str, password: str, at_epoch_s: float) -> bytes:
    """A ``wsse:Security`` header for one message, created at that time of the device's clock.

    The time ends in Z: some devices know no other way to write it.
    """
    nonce, created = os.urandom(16), iso_utc(at_epoch_s)
    return (
        f'<wsse:Security xmlns:wsse="{SECURITY}" xmlns:wsu="{UTILITY}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(username)}</wsse:Username>"
        f'<wsse:Password Type="{DIGEST}">{digest(nonce, created, password)}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
        f"<wsu:Created>{created}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    ).encode()

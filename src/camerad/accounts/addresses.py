"""Network addresses as parties: who is behind one is who shares its fate."""

import ipaddress
from functools import lru_cache

_IPV6_SITE_BITS = 64


@lru_cache(maxsize=1024)
def party(address: str) -> str:
    """One name for all addresses that one party has: an IPv4 address, or an IPv6 /64 network,
    since every host in it can pick a new address for each request.

    What is no IP address (a socket's path) stands for itself.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE_BITS), strict=False))

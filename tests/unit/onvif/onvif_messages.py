"""Messages of WS-Discovery, right and wrong ones."""

from camerad.onvif.messages import message

SCOPE = "onvif://www.onvif.org"
UUID = "urn:uuid:12345678-1234-5678-9abc-123456789abc"


def match(
    relates_to: str,
    urls: str = "http://10.0.0.9/onvif/device_service",
    scopes: str = f"{SCOPE}/name/IP%20Camera%201 {SCOPE}/hardware/AXIS",
    types: str = "dn:NetworkVideoTransmitter",
    uuid: str = UUID,
) -> bytes:
    """An answer to the probe of that id."""
    body = (
        "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
        f"<a:Address>{uuid}</a:Address></a:EndpointReference>"
        f"<d:Types>{types}</d:Types><d:Scopes>{scopes}</d:Scopes><d:XAddrs>{urls}</d:XAddrs>"
        "<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>"
    )
    headers = f"<a:RelatesTo>{relates_to}</a:RelatesTo>"
    return message("urn:uuid:1", "ProbeMatches", body, headers=headers)


BOMB = "".join(
    f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "lol"}">' for number in range(9)
)


def hostile(relates_to: str) -> dict[str, bytes]:
    """What may come in place of an answer. All of them name the id, as whoever hears the probe
    can; else they would not even be parsed.
    """
    good = match(relates_to).decode()
    mark = f"<!--{relates_to}-->"
    attributes = " ".join(f'a{number}=""' for number in range(1600))
    names = "".join(f"<x{relates_to[9:17]}{number}/>" for number in range(800))
    declared = '<?xml version="1.0" encoding="utf-8"?>'
    return {
        "an entity bomb": good.replace(declared, f"{declared}<!DOCTYPE x [{BOMB}]>")
        .replace(UUID, "&e8;")
        .encode(),
        "an external entity": good.replace(
            declared, f'{declared}<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        )
        .replace(UUID, "&e;")
        .encode(),
        "an external document type": good.replace(
            declared, f'{declared}<!DOCTYPE x SYSTEM "http://10.0.0.9/x.dtd">'
        ).encode(),
        "nested tags": f"{mark}{'<a>' * 5000}".encode(),
        "a megabyte of nested tags": f"{mark}{'<a>' * 349_000}".encode(),
        "many elements": f"{mark}<a>{'<b/>' * 3900}</a>".encode(),
        "many attributes": f"{mark}<a {attributes}/>".encode(),
        "a long name": f"{mark}<{'a' * 16_000}/>".encode(),
        "names never seen": f"{mark}<a>{names}</a>".encode(),
        "no XML": relates_to.encode() + bytes(range(256)) * 50,
        "cut off": match(relates_to)[:-20],
        "another encoding": good.replace("utf-8", "utf-16").encode("utf-16"),
        "a hello": message(
            relates_to,
            "Hello",
            f"<d:Hello><a:EndpointReference><a:Address>{UUID}</a:Address></a:EndpointReference>"
            "<d:Types>d:DiscoveryProxy</d:Types><d:XAddrs>http://10.0.0.66/</d:XAddrs></d:Hello>",
            headers=f'<a:RelatesTo RelationshipType="d:Suppression">{relates_to}</a:RelatesTo>',
        ),
        "an answer to another": good.replace(
            f"<a:RelatesTo>{relates_to}", f"<!--{relates_to}--><a:RelatesTo>urn:uuid:other"
        ).encode(),
        "no camera": match(relates_to, scopes="ldap:///x", types="wsdp:Device"),
        "no uuid": match(relates_to, uuid="http://10.0.0.66/"),
        "no address": match(relates_to, urls=""),
        "a port of another service": match(relates_to, urls="http://10.0.0.9:22/"),
        "another scheme": match(relates_to, urls="file:///etc/passwd gopher://10.0.0.9/"),
        "credentials in the address": match(relates_to, urls="http://a:b@10.0.0.9/"),
    }

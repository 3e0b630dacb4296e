"""What the device service answers: bodies of SOAP, for the operations that camerad has."""

import os
import time
from datetime import UTC, datetime
from html import escape

from camerad.onvif.addresses import Interface
from camerad.onvif.names import DEVICE, MEDIA
from camerad.onvif.serving.identity import Identity
from camerad.onvif.serving.soap import boolean
from camerad.onvif.serving.visit import Visit


class DeviceService:
    """Answers about the device itself."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def system_date_and_time(self, _visit: Visit) -> str:
        now = datetime.now(UTC)
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>NTP</tt:DateTimeType>"
            f"<tt:DaylightSavings>{boolean(time.localtime().tm_isdst > 0)}</tt:DaylightSavings>"
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour>"
            f"<tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month>"
            f"<tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def device_information(self, _visit: Visit) -> str:
        own = self._identity
        return (
            "<tds:GetDeviceInformationResponse><tds:Manufacturer>camerad</tds:Manufacturer>"
            f"<tds:Model>{escape(own.model)}</tds:Model>"
            f"<tds:FirmwareVersion>{own.version}</tds:FirmwareVersion>"
            f"<tds:SerialNumber>{escape(own.serial)}</tds:SerialNumber>"
            f"<tds:HardwareId>{escape(own.model)}</tds:HardwareId>"
            "</tds:GetDeviceInformationResponse>"
        )

    def services(self, visit: Visit) -> str:
        listed = "".join(
            f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace>"
            f"<tds:XAddr>{escape(visit.base_url)}/onvif/{name}</tds:XAddr>"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            for namespace, name in ((DEVICE, "device_service"), (MEDIA, "media_service"))
        )
        return f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>"

    def capabilities(self, visit: Visit) -> str:
        base = f"{escape(visit.base_url)}/onvif"
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Device><tt:XAddr>{base}/device_service</tt:XAddr></tt:Device>"
            f"<tt:Media><tt:XAddr>{base}/media_service</tt:XAddr>"
            "<tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast>"
            "<tt:RTP_TCP>false</tt:RTP_TCP><tt:RTP_RTSP_TCP>false</tt:RTP_RTSP_TCP>"
            "</tt:StreamingCapabilities></tt:Media>"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def scopes(self, _visit: Visit) -> str:
        listed = "".join(
            "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
            f"<tt:ScopeItem>{escape(scope)}</tt:ScopeItem></tds:Scopes>"
            for scope in self._identity.scopes()
        )
        return f"<tds:GetScopesResponse>{listed}</tds:GetScopesResponse>"

    def network_interfaces(self, visit: Visit) -> str:
        listed = "".join(map(_interface, visit.near.interfaces))
        return f"<tds:GetNetworkInterfacesResponse>{listed}</tds:GetNetworkInterfacesResponse>"


def _interface(interface: Interface) -> str:
    versions = {own.version for own in interface.addresses}
    v4 = f"<tt:IPv4><tt:Enabled>true</tt:Enabled>{_ipv4(interface)}</tt:IPv4>"
    # Nobody tells us which of its addresses were configured, and which came from a router.
    v6 = "<tt:IPv6><tt:Enabled>true</tt:Enabled></tt:IPv6>"
    return (
        f'<tds:NetworkInterfaces token="{escape(interface.name)}">'
        f"<tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>{escape(interface.name)}</tt:Name>"
        f"<tt:HwAddress>{interface.hardware_address}</tt:HwAddress></tt:Info>"
        f"{v4 if 4 in versions else ''}{v6 if 6 in versions else ''}</tds:NetworkInterfaces>"
    )


def _ipv4(interface: Interface) -> str:
    # systemd-networkd notes its leases there.
    leased = os.path.exists(f"/run/systemd/netif/leases/{interface.index}")
    listed = [
        f"<tt:Address>{own.ip}</tt:Address>"
        f"<tt:PrefixLength>{own.network.prefixlen}</tt:PrefixLength>"
        for own in interface.addresses
        if own.version == 4
    ]
    manual = "".join(f"<tt:Manual>{each}</tt:Manual>" for each in listed[leased:])
    dhcp = f"<tt:FromDHCP>{listed[0]}</tt:FromDHCP>" if leased else ""
    return f"<tt:Config>{manual}{dhcp}<tt:DHCP>{boolean(leased)}</tt:DHCP></tt:Config>"

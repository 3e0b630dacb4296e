"""What the media service answers: a profile for each camera, and where its pictures are."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from camerad.accounts.principal import Principal
from camerad.frames.cameras import Cameras, FedCamera
from camerad.onvif.names import MEDIA
from camerad.onvif.serving.faults import UnknownProfile
from camerad.onvif.serving.visit import Visit


class Pass(Struct, frozen=True):
    """What lets a client without headers of its own fetch pictures."""

    query: str
    """Of the URL, ``&token=...``; empty where there can be none."""
    ttl_s: int


IssuePass = Callable[[Principal | None], Pass]


class Picture(Struct, frozen=True):
    """What a camera delivers; what it is to deliver, as long as it never has."""

    number: int
    width: int
    height: int
    fps: float
    quality: int


class MediaService:
    """Answers about the cameras. Profile ``camera0`` is camera 0, and cannot be changed here."""

    def __init__(
        self, cameras: Cameras, picture: Callable[[FedCamera], Picture], issue_pass: IssuePass
    ) -> None:
        self._cameras = cameras
        self._picture = picture
        self._issue_pass = issue_pass

    def profiles(self, _visit: Visit) -> str:
        listed = "".join(map(_profile, self._pictures()))
        return f"<trt:GetProfilesResponse>{listed}</trt:GetProfilesResponse>"

    def video_sources(self, _visit: Visit) -> str:
        listed = "".join(
            f'<trt:VideoSources token="source{picture.number}">'
            f"<tt:Framerate>{picture.fps:g}</tt:Framerate>"
            f"<tt:Resolution>{_size(picture)}</tt:Resolution></trt:VideoSources>"
            for picture in self._pictures()
        )
        return f"<trt:GetVideoSourcesResponse>{listed}</trt:GetVideoSourcesResponse>"

    def snapshot_uri(self, visit: Visit) -> str:
        return self._uri(visit, "GetSnapshotUri", "/camera.jpeg")

    def stream_uri(self, visit: Visit) -> str:
        return self._uri(visit, "GetStreamUri", "/stream")

    def _uri(self, visit: Visit, operation: str, path: str) -> str:
        token = visit.operation.text_at(f"{{{MEDIA}}}ProfileToken")
        numbers = [fed.id for fed in self._cameras if f"camera{fed.id}" == token]
        if not numbers:
            raise UnknownProfile(f"There is no profile {token[:64]!r}")
        let_in = self._issue_pass(visit.principal)
        # A pass holds letters, digits, - and _; nothing of the rest needs to be escaped but this.
        query = f"?camera={numbers[0]}{let_in.query}".replace("&", "&amp;")
        return (
            f"<trt:{operation}Response><trt:MediaUri>"
            f"<tt:Uri>{visit.base_url}{path}{query}</tt:Uri>"
            "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
            "<tt:InvalidAfterReboot>true</tt:InvalidAfterReboot>"
            f"<tt:Timeout>PT{let_in.ttl_s}S</tt:Timeout>"
            f"</trt:MediaUri></trt:{operation}Response>"
        )

    def _pictures(self) -> Iterator[Picture]:
        return (self._picture(fed) for fed in self._cameras)


def _profile(picture: Picture) -> str:
    number = picture.number
    return (
        f'<trt:Profiles token="camera{number}" fixed="true"><tt:Name>camera {number}</tt:Name>'
        f'<tt:VideoSourceConfiguration token="source{number}"><tt:Name>source {number}</tt:Name>'
        f"<tt:UseCount>1</tt:UseCount><tt:SourceToken>source{number}</tt:SourceToken>"
        f'<tt:Bounds x="0" y="0" width="{picture.width}" height="{picture.height}"/>'
        "</tt:VideoSourceConfiguration>"
        f'<tt:VideoEncoderConfiguration token="encoder{number}"><tt:Name>JPEG {number}</tt:Name>'
        f"<tt:UseCount>1</tt:UseCount><tt:Encoding>JPEG</tt:Encoding>"
        f"<tt:Resolution>{_size(picture)}</tt:Resolution><tt:Quality>{picture.quality}</tt:Quality>"
        f"<tt:RateControl><tt:FrameRateLimit>{round(picture.fps)}</tt:FrameRateLimit>"
        "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>0</tt:BitrateLimit>"
        "</tt:RateControl><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type>"
        "<tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port>"
        "<tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
    )


def _size(picture: Picture) -> str:
    return f"<tt:Width>{picture.width}</tt:Width><tt:Height>{picture.height}</tt:Height>"

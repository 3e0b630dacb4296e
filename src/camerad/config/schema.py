"""Every setting: its default, its type, its limits, and what it means.

The same structs validate what people write, and describe it in the OpenAPI document. Values are
checked here one by one; what must hold between them stands in ``rules``.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, field

RESTART: Final[dict[str, Any]] = {"x-restart-required": True}
"""Takes effect when the daemon starts again."""
FILE_ONLY: Final[dict[str, Any]] = {"readOnly": True}
"""Names real paths: set in the configuration file, never over the API."""
SECRET: Final[dict[str, Any]] = {"writeOnly": True}
"""Taken, kept, and never shown."""

MAX_PREROLL_S: Final = 30

# In Python `$` matches before a final newline too.
_END = r"$(?!\n)"

Resolution = Annotated[
    str, Meta(pattern=r"^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}" + _END, examples=["1920x1080"])
]
Port = Annotated[int, Meta(ge=0, le=65535, extra_json_schema=RESTART)]
Rate = Annotated[int, Meta(ge=1, le=100_000)]
Percent = Annotated[int, Meta(ge=1, le=100)]
VirtualPath = Annotated[
    str,
    Meta(
        pattern=r"^/[^\x00-\x1f\x7f]+" + _END, max_length=4096, examples=["/media/data/recordings"]
    ),
]
RealPath = Annotated[str, Meta(pattern=r"^[^\x00]+" + _END, max_length=4096, examples=["data"])]
HostName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._:\[\]-]{1,255}" + _END, examples=["camera.example.com"])
]
InterfaceName = Annotated[str, Meta(pattern=r"^[^\s/\x00]{1,15}" + _END, examples=["eth0"])]
ControlName = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,64}" + _END, examples=["brightness"])]
ControlValue = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Camera(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    default_resolution: Annotated[
        Resolution | None,
        Meta(description="Asked of the camera; null takes its best. The nearest it has is used."),
    ] = "1920x1080"
    default_framerate: Annotated[
        int, Meta(ge=1, le=1000, description="Frames per second asked of the camera.")
    ] = 30
    auto_exposure: Annotated[
        bool | None,
        Meta(description="Null leaves the camera as it is, and so does one without the choice."),
    ] = None
    max_age: Annotated[
        float,
        Meta(ge=0.1, le=60, description="Seconds after which a frame is not served as current."),
    ] = 2.0
    open_timeout: Annotated[
        float, Meta(ge=0.1, le=60, description="Seconds that a camera has for its first frame.")
    ] = 5.0
    linger: Annotated[
        float,
        Meta(ge=0, le=3600, description="Seconds that a camera streams on when nobody looks."),
    ] = 5.0
    active: Annotated[
        int, Meta(ge=0, le=255, description="The camera of requests that name none.")
    ] = 0
    controls: Annotated[
        dict[ControlName, ControlValue],
        Meta(
            max_length=256,
            description="V4L2 controls by name, with the device's own values; one that is taken "
            "out (in PATCH by null) goes back to its default.",
        ),
    ] = field(default_factory=dict)


class Recording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    directory: Annotated[VirtualPath, Meta(description="Where recordings are kept.")] = (
        "/media/data/recordings"
    )
    quality: Annotated[
        Literal["low", "medium", "high"] | Percent,
        Meta(description="A word, or a JPEG quality of 1 to 100."),
    ] = "high"
    preroll: Annotated[
        float,
        Meta(
            ge=0,
            le=MAX_PREROLL_S,
            description="Seconds before the start that are recorded too. The active camera then "
            "streams all the time, and its last pictures are kept in memory; 0 turns it off.",
        ),
    ] = 0.0
    preroll_bytes: Annotated[
        int,
        Meta(
            ge=1024**2,
            le=1024**3,
            description="Memory for the pictures before the start; when it is full, they reach "
            "back less far.",
        ),
    ] = 64 * 1024**2
    retention_bytes: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="The oldest recordings go when all are larger; null keeps them."),
    ] = None
    retention_days: Annotated[
        Annotated[float, Meta(gt=0, le=36_500)] | None,
        Meta(description="Recordings go when they are older; null keeps them."),
    ] = None


class Storage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    roots: Annotated[
        dict[VirtualPath, RealPath],
        Meta(
            min_length=1,
            max_length=16,
            extra_json_schema=FILE_ONLY,
            description="The directories that clients see, and where each one really is: an "
            "absolute path, or one relative to the state directory.",
        ),
    ] = field(default_factory=lambda: {"/media/data": "media", "/data": "data"})
    snapshots: Annotated[VirtualPath, Meta(description="Where snapshots are kept.")] = (
        "/media/data/snapshots"
    )
    reserve_bytes: Annotated[int, Meta(ge=0, description="Free space that is never used up.")] = (
        128 * 1024**2
    )
    max_upload_bytes: Annotated[
        int, Meta(ge=1, description="The largest file that an upload may bring.")
    ] = 4 * 1024**3


class Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    bind: Annotated[
        str,
        Meta(
            max_length=64,
            extra_json_schema=RESTART,
            description="The IP address to listen on; 0.0.0.0 is every one, :: with IPv6 too.",
        ),
    ] = "0.0.0.0"  # noqa: S104  a camera on a network is there to be reached
    http_port: Annotated[Port, Meta(description="Plain HTTP; 0 turns it off.")] = 8080
    https_port: Annotated[Port, Meta(description="HTTPS; 0 turns it off.")] = 8081
    certificate: Annotated[
        RealPath | None,
        Meta(
            extra_json_schema=FILE_ONLY | RESTART,
            description="A PEM file with the chain; null makes a self-signed certificate.",
        ),
    ] = None
    key: Annotated[
        RealPath | None,
        Meta(extra_json_schema=FILE_ONLY | RESTART, description="The certificate's key, in PEM."),
    ] = None
    allowed_hosts: Annotated[
        list[HostName],
        Meta(
            max_length=64,
            description="Names that requests may use beside the device's own names and addresses.",
        ),
    ] = field(default_factory=list)
    max_connections: Annotated[
        int,
        Meta(ge=8, le=65_536, extra_json_schema=RESTART, description="Open connections at once."),
    ] = 512


class Auth(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    query_token: Annotated[
        bool, Meta(description="Take ?token= on GET; it ends up in histories and proxies' logs.")
    ] = True
    session_ttl: Annotated[
        int, Meta(ge=60, le=31_536_000, description="Seconds that a login lasts.")
    ] = 8 * 3600


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests per second and client address; each is also the size of its burst."""

    enabled: Annotated[bool, Meta(description="Off, nobody is ever held up.")] = True
    image: Annotated[Rate, Meta(description="Single pictures, opened streams, snapshots.")] = 10
    files: Annotated[Rate, Meta(description="Downloads, listings, deletions.")] = 5
    api: Annotated[Rate, Meta(description="All else.")] = 100
    uploads: Annotated[Rate, Meta(description="Uploads.")] = 2


class OnvifDevice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    uuid: Annotated[str, Meta(min_length=1, max_length=128, description="As it names itself.")]
    address: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s\x00-\x1f]+" + _END,
            max_length=1024,
            examples=["http://192.168.1.200/onvif/device_service"],
            description="Its device service, at an IP address.",
        ),
    ]
    username: Annotated[str, Meta(max_length=256)] | None = None
    password: Annotated[
        Annotated[str, Meta(max_length=1024)] | None,
        Meta(
            extra_json_schema=SECRET,
            description="Left out, it stays what it was for this device, address and user.",
        ),
    ] = None


class OnvifUser(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    username: Annotated[str, Meta(min_length=1, max_length=64, description="A user's name.")]
    password: Annotated[
        Annotated[str, Meta(min_length=8, max_length=128)] | None,
        Meta(
            extra_json_schema=SECRET,
            description="For ONVIF alone, and kept as it is: its digests are made with it. Left "
            "out, it stays what it was.",
        ),
    ] = None


class Onvif(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    serve: Annotated[bool, Meta(description="Let ONVIF clients find and use this camera.")] = False
    users: Annotated[
        list[OnvifUser],
        Meta(
            max_length=64,
            description="Users who may log in by ONVIF's digest too, each with the user's role.",
        ),
    ] = field(default_factory=list)
    interfaces: Annotated[
        list[InterfaceName],
        Meta(
            max_length=64,
            description="Network interfaces that ONVIF is spoken on; none named is every one.",
        ),
    ] = field(default_factory=list)
    devices: Annotated[
        list[OnvifDevice], Meta(max_length=256, description="Devices known without discovery.")
    ] = field(default_factory=list)
    timeout: Annotated[
        float, Meta(ge=0.1, le=120, description="Seconds that a device has for its answer.")
    ] = 5.0


class Firmware(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    auto_install: Annotated[
        bool, Meta(description="Install a good bundle at once, instead of when told to.")
    ] = True
    boot_notes: Annotated[
        RealPath,
        Meta(
            extra_json_schema=FILE_ONLY | RESTART,
            description="Where the device's boot units note which slots have been healthy.",
        ),
    ] = "/data/boot"


class Stream(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    max_clients: Annotated[
        int, Meta(ge=1, le=10_000, description="Open streams at once; one more is refused.")
    ] = 100
    max_websockets: Annotated[
        int, Meta(ge=1, le=10_000, description="Open WebSockets at once; one more is refused.")
    ] = 256
    quality: Annotated[
        Percent | None,
        Meta(description="JPEG quality of streams that ask for none; null is the camera's own."),
    ] = None


class Logging(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least that is logged.")
    ] = "info"


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration."""

    camera: Camera = field(default_factory=Camera)
    recording: Recording = field(default_factory=Recording)
    storage: Storage = field(default_factory=Storage)
    network: Network = field(default_factory=Network)
    auth: Auth = field(default_factory=Auth)
    limits: Limits = field(default_factory=Limits)
    onvif: Onvif = field(default_factory=Onvif)
    firmware: Firmware = field(default_factory=Firmware)
    stream: Stream = field(default_factory=Stream)
    logging: Logging = field(default_factory=Logging)

"""The errors that camerad raises on purpose, as one tree.

    CameradError                what a client may be told
    ├── InvalidRequest          400 INVALID_REQUEST
    ├── InvalidCredentials      401 INVALID_CREDENTIALS
    ├── PermissionDenied        403 PERMISSION_DENIED
    ├── NotFound                404 NOT_FOUND
    │   ├── FileMissing         404 FILE_NOT_FOUND
    │   └── OnvifDeviceNotFound 404 ONVIF_DEVICE_NOT_FOUND
    ├── Conflict                409 (never raised itself)
    │   ├── FileExists          409 FILE_EXISTS
    │   ├── DirectoryNotEmpty   409 DIRECTORY_NOT_EMPTY
    │   ├── NotRecording        409 NOT_RECORDING
    │   ├── RecordingInProgress 409 RECORDING_IN_PROGRESS
    │   ├── AccountExists       409 ACCOUNT_EXISTS
    │   ├── LastAdmin           409 LAST_ADMIN
    │   ├── UpdateInProgress    409 UPDATE_IN_PROGRESS
    │   └── NoFirmware          409 NO_FIRMWARE
    ├── PayloadTooLarge         413 PAYLOAD_TOO_LARGE
    ├── UnsupportedMediaType    415 UNSUPPORTED_MEDIA_TYPE
    ├── RangeNotSatisfiable     416 RANGE_NOT_SATISFIABLE
    ├── InvalidResolution       422 INVALID_RESOLUTION
    ├── InvalidFormat           422 INVALID_FORMAT
    ├── InvalidConfig           422 INVALID_CONFIG
    ├── InvalidSignature        422 INVALID_SIGNATURE
    ├── IncompatibleFirmware    422 INCOMPATIBLE_FIRMWARE
    ├── RateLimited             429 RATE_LIMITED
    ├── OnvifDeviceUnreachable  502 ONVIF_DEVICE_UNREACHABLE
    ├── CameraNotConnected      503 CAMERA_NOT_CONNECTED
    ├── Overloaded              503 OVERLOADED
    ├── ServiceMissing          503 SERVICE_MISSING
    ├── OnvifDeviceTimeout      504 ONVIF_DEVICE_TIMEOUT
    └── InsufficientStorage     507 INSUFFICIENT_STORAGE
    StartupError                ends `camerad` with one line and exit code 2

The HTTP status and the code of the API's error envelope stand on the class, so that the one
place that writes the envelope needs no table, and every layer below HTTP can raise them.
"""

from typing import ClassVar


class CameradError(Exception):
    """What went wrong, in words a client may read: no real path, no secret, no traceback."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, details: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidRequest(CameradError):
    status = 400
    code = "INVALID_REQUEST"


class InvalidCredentials(CameradError):
    status = 401
    code = "INVALID_CREDENTIALS"


class PermissionDenied(CameradError):
    status = 403
    code = "PERMISSION_DENIED"


class NotFound(CameradError):
    status = 404
    code = "NOT_FOUND"


class FileMissing(NotFound):
    code = "FILE_NOT_FOUND"


class OnvifDeviceNotFound(NotFound):
    code = "ONVIF_DEVICE_NOT_FOUND"


class Conflict(CameradError):
    status = 409


class FileExists(Conflict):
    code = "FILE_EXISTS"


class DirectoryNotEmpty(Conflict):
    code = "DIRECTORY_NOT_EMPTY"


class NotRecording(Conflict):
    code = "NOT_RECORDING"


class RecordingInProgress(Conflict):
    code = "RECORDING_IN_PROGRESS"


class AccountExists(Conflict):
    code = "ACCOUNT_EXISTS"


class LastAdmin(Conflict):
    code = "LAST_ADMIN"


class UpdateInProgress(Conflict):
    code = "UPDATE_IN_PROGRESS"


class NoFirmware(Conflict):
    code = "NO_FIRMWARE"


class PayloadTooLarge(CameradError):
    status = 413
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(CameradError):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class RangeNotSatisfiable(CameradError):
    status = 416
    code = "RANGE_NOT_SATISFIABLE"

    def __init__(self, size_bytes: int) -> None:
        super().__init__("The file has no such range", f"It has {size_bytes} bytes")
        self.size_bytes = size_bytes


class InvalidResolution(CameradError):
    status = 422
    code = "INVALID_RESOLUTION"


class InvalidFormat(CameradError):
    status = 422
    code = "INVALID_FORMAT"


class InvalidConfig(CameradError):
    status = 422
    code = "INVALID_CONFIG"


class InvalidSignature(CameradError):
    status = 422
    code = "INVALID_SIGNATURE"


class IncompatibleFirmware(CameradError):
    status = 422
    code = "INCOMPATIBLE_FIRMWARE"


class RateLimited(CameradError):
    status = 429
    code = "RATE_LIMITED"

    def __init__(self, message: str, details: object = None, *, retry_after_s: int = 1) -> None:
        super().__init__(message, details)
        self.retry_after_s = retry_after_s


class OnvifDeviceUnreachable(CameradError):
    status = 502
    code = "ONVIF_DEVICE_UNREACHABLE"


class CameraNotConnected(CameradError):
    status = 503
    code = "CAMERA_NOT_CONNECTED"


class Overloaded(CameradError):
    status = 503
    code = "OVERLOADED"


class ServiceMissing(CameradError):
    status = 503
    code = "SERVICE_MISSING"


class OnvifDeviceTimeout(CameradError):
    status = 504
    code = "ONVIF_DEVICE_TIMEOUT"


class InsufficientStorage(CameradError):
    status = 507
    code = "INSUFFICIENT_STORAGE"


class StartupError(Exception):
    """Why the daemon cannot start: one line for the console, naming what to do about it."""

"""What a driver's answer to S_FMT means: its ``v4l2_pix_format`` read as a ``CaptureFormat``."""

from camerad.capture import abi
from camerad.capture.formats import USABLE, Kind
from camerad.capture.ioctl import DriverFormat
from camerad.capture.source import CaptureFormat


def capture_format(answer: DriverFormat, fps: float) -> CaptureFormat:
    layout = USABLE[answer.fourcc]
    stride = max(answer.bytesperline, layout.row_bytes(answer.width))
    return CaptureFormat(
        fourcc=answer.fourcc,
        width=answer.width,
        height=answer.height,
        stride=stride,
        size_bytes=answer.sizeimage or layout.picture_bytes(answer.width, answer.height, stride),
        fps=fps,
        full_range=_is_full_range(answer, layout.kind),
    )


def _is_full_range(answer: DriverFormat, kind: Kind) -> bool:
    if kind is Kind.COMPRESSED:
        return True  # JFIF knows nothing else
    quantization = answer.quantization
    if quantization == abi.V4L2_QUANTIZATION_DEFAULT:
        rgb = kind is Kind.RGB
        quantization = abi.map_quantization_default(rgb=rgb, colorspace=answer.colorspace)
    return quantization == abi.V4L2_QUANTIZATION_FULL_RANGE


def shortest_picture_bytes(agreed: CaptureFormat) -> int:
    """Fewer bytes than these are no whole picture; of compressed ones only imaging can tell."""
    layout = USABLE[agreed.fourcc]
    if layout.kind is Kind.COMPRESSED:
        return 1
    needed = layout.picture_bytes(agreed.width, agreed.height, agreed.stride)
    return min(agreed.size_bytes, needed)

"""Forms as clients write them, and as they do not."""

BOUNDARY = "simple-boundary"


def part(name, value, filename=None, *headers):
    """One part of a form; a file if it has a file name."""
    disposition = f'form-data; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    lines = [f"Content-Disposition: {disposition}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + value


def file(value=b"content", filename="f.bin"):
    return part("file", value, filename, "Content-Type: application/octet-stream")


def form(*parts, boundary=BOUNDARY):
    delimiter = b"--" + boundary.encode()
    return b"".join(delimiter + b"\r\n" + each + b"\r\n" for each in parts) + delimiter + b"--\r\n"

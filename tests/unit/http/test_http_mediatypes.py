import pytest

from camerad.http.downloads import attachment
from camerad.http.mediatypes import media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.avi", "video/x-msvideo"),
        ("A.AVI", "video/x-msvideo"),
        ("system.log", "text/plain"),
        ("a.jpg", "image/jpeg"),
        ("config.json", "application/json"),
        ("a.tar.gz", "application/gzip"),
        ("firmware.bin", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
        ("none", "application/octet-stream"),
        ("a.", "application/octet-stream"),
    ],
)
def test_media_type(name, expected):
    assert media_type(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.avi", 'attachment; filename="a.avi"'),
        ("a b;c.avi", 'attachment; filename="a b;c.avi"'),
        ('a".avi', "attachment; filename=\"a_.avi\"; filename*=UTF-8''a%22.avi"),
        ('"; x="', "attachment; filename=\"_; x=_\"; filename*=UTF-8''%22%3B%20x%3D%22"),
        ("100%.log", "attachment; filename=\"100_.log\"; filename*=UTF-8''100%25.log"),
        ("ä€😀", "attachment; filename=\"___\"; filename*=UTF-8''%C3%A4%E2%82%AC%F0%9F%98%80"),
    ],
)
def test_attachment(name, expected):
    assert attachment(name) == expected

"""Times as they are written."""

import pytest

from camerad.clock import http_date, iso_utc


@pytest.mark.parametrize(
    ("epoch_s", "iso", "http"),
    [
        (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_736_937_000, "2025-01-15T10:30:00Z", "Wed, 15 Jan 2025 10:30:00 GMT"),
        (1_736_937_001, "2025-01-15T10:30:01Z", "Wed, 15 Jan 2025 10:30:01 GMT"),
    ],
)
def test_an_instant(epoch_s, iso, http):
    assert (iso_utc(epoch_s), http_date(epoch_s)) == (iso, http)

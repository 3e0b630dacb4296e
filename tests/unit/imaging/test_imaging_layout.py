import ctypes

import numpy as np
import pytest

from camerad.frames.picture import Planes, Subsampling
from camerad.imaging.layout import buffer_size, plane_shapes, planes_of

TJSAMP = {
    Subsampling.YUV444: 0,
    Subsampling.YUV422: 1,
    Subsampling.YUV420: 2,
    Subsampling.GRAY: 3,
}
SIZES = [(1, 1), (2, 2), (3, 5), (5, 3), (16, 16), (17, 33), (321, 241), (1920, 1080)]


@pytest.fixture(scope="module")
def turbojpeg_library():
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjBufSizeYUV2.restype = ctypes.c_ulong
    return library


@pytest.mark.parametrize("subsampling", Subsampling)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_geometry_is_that_of_libjpeg_turbo(turbojpeg_library, width, height, subsampling):
    code = TJSAMP[subsampling]
    shapes = plane_shapes(width, height, subsampling)
    for number, (rows, columns, stride) in enumerate(shapes):
        assert rows == turbojpeg_library.tjPlaneHeight(number, height, code)
        assert columns == turbojpeg_library.tjPlaneWidth(number, width, code)
        assert stride % 4 == 0
        assert 0 <= stride - columns < 4
    assert len(shapes) == (1 if subsampling is Subsampling.GRAY else 3)
    expected = turbojpeg_library.tjBufSizeYUV2(width, 4, height, code)
    assert buffer_size(width, height, subsampling) == expected


def test_planes_are_views_one_after_the_other():
    buffer = np.zeros(buffer_size(5, 3, Subsampling.YUV420), np.uint8)
    planes = planes_of(Planes(buffer, 5, 3, Subsampling.YUV420))
    for value, plane in enumerate(planes, 1):
        plane[...] = value
    luma_row, chroma_row = [1] * 6 + [0, 0], [0, 0, 0, 0]
    assert buffer.tolist() == (
        luma_row * 4 + ([2] * 3 + chroma_row[3:]) * 2 + ([3] * 3 + chroma_row[3:]) * 2
    )

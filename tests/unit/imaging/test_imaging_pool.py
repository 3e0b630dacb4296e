import threading

import numpy as np

from camerad.frames.picture import Planes, Subsampling
from camerad.imaging.pool import BufferPool


def address(array):
    return array.__array_interface__["data"][0]


def test_memory_is_used_again_when_the_picture_has_gone():
    pool = BufferPool()
    addresses = set()
    for _ in range(200):
        picture = Planes(pool.allocate(96), 8, 8, Subsampling.YUV420)
        addresses.add(address(picture.buffer))
        del picture
    assert len(addresses) == 1


def test_pictures_alive_at_once_never_share_memory():
    pool = BufferPool(spare=2)
    for _ in range(3):
        pictures = [pool.allocate(64) for _ in range(10)]
        assert len({address(picture) for picture in pictures}) == 10


def test_a_view_keeps_the_memory_from_being_used_again():
    pool = BufferPool()
    buffer = pool.allocate(64)
    row = buffer.reshape(8, 8)[3:4][:, :2]
    row[...] = 7
    del buffer
    pool.allocate(64)[...] = 9
    assert (row == 7).all()


def test_only_so_many_spares_are_kept():
    pool = BufferPool(spare=2)
    pictures = [pool.allocate(64) for _ in range(10)]
    addresses = {address(picture) for picture in pictures}
    pictures.clear()
    assert len(pool._spares) == 2
    assert address(pool.allocate(64)) in addresses


def test_spares_of_a_former_size_are_let_go():
    pool = BufferPool()
    pool.allocate(64)
    assert pool.allocate(128).size == 128
    assert [len(spare) for spare in pool._spares] == [128]


def test_a_buffer_is_writable_bytes_in_one_piece():
    buffer = BufferPool().allocate(12)
    assert buffer.dtype == np.uint8
    assert buffer.shape == (12,)
    assert buffer.flags.writeable


def test_threads_take_and_drop_at_once():
    pool = BufferPool(spare=3)
    torn = []

    def work(mark):
        for _ in range(2000):
            buffer = pool.allocate(256)
            buffer[...] = mark
            if not (buffer == mark).all():
                torn.append(mark)

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not torn
    assert len(pool._spares) <= 3

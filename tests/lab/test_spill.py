"""Long recordings: older rows on the disk, read back exactly, gone afterwards, and no harm without a disk."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from lab.curves import Curves, CurveView
from lab.row_blocks import RowBlocks, power_of_two
from lab.spill import SpillSpace, open_spill_file
from lab.tracks import Track
from tests.lab.recorded_runs import infos, make_chunk


class FullDisk(io.BytesIO):
    """Takes a few bytes, then nothing."""

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def filled(space: SpillSpace, rows: int = 5000, piece: int = 300) -> tuple[RowBlocks, np.ndarray]:
    values = np.random.default_rng(0).random((3, 1000, rows)).astype(np.float32)
    blocks = RowBlocks(3, 1000, np.float32, space)
    for first in range(0, rows, piece):
        blocks.append(values[:, :, first : first + piece])
    return blocks, values


def test_older_rows_go_to_the_disk_and_come_back_exactly() -> None:
    space = SpillSpace(limit=8 * 2**20)
    blocks, values = filled(space)
    assert space.problem is None
    assert blocks.length == 5000
    assert blocks.spilled_rows > 3000
    assert space.held <= space.limit + 2 * 4 * 2**20
    for rows in ([0], [999], [3, 4, 5], [900, 20, 500], list(range(1000))):
        for first, last in ((0, 5000), (1, 2), (250, 700), (4990, 5100), (10, 10)):
            found = blocks.read(2, np.array(rows), first, last)
            np.testing.assert_array_equal(found, values[2, rows, first:last])


def test_little_stays_in_memory_and_opens_no_file() -> None:
    opened = []
    space = SpillSpace(open_file=lambda: opened.append(1) or io.BytesIO())
    blocks, values = filled(space, rows=600)
    assert not opened
    assert blocks.spilled_rows == 0
    np.testing.assert_array_equal(blocks.read(0, np.array([7]), 0, 600)[0], values[0, 7])


def test_tracks_share_the_room() -> None:
    space = SpillSpace(limit=2**20)
    tracks = [Track(range(100), ("a", "b"), space=space) for _ in range(4)]
    for _ in range(40):
        for track in tracks:
            rows = np.arange(500) + track.length
            track.append(rows, rows.astype(float), np.full((2, 100, 500), 0.5, dtype=np.float32))
    # each keeps the block that it fills
    assert space.held <= 5 * 4 * 2**20
    assert tracks[0].read(1, np.array([5]), 0, 20_000).sum() == 10_000


@pytest.mark.parametrize("refuses", ["to open", "to write"])
def test_without_room_rows_stay_in_memory_and_it_is_said(refuses: str) -> None:
    def open_file() -> FullDisk:
        if refuses == "to open":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return FullDisk()

    space = SpillSpace(limit=0, open_file=open_file)
    blocks, values = filled(space)
    assert blocks.spilled_rows == 0
    np.testing.assert_array_equal(blocks.read(1, np.array([8]), 0, 5000)[0], values[1, 8])
    assert space.problem is not None
    assert "stay in memory" in space.problem.title
    assert os.strerror(errno.EACCES if refuses == "to open" else errno.ENOSPC) in space.problem.body
    assert len(space.problem.title) <= 80


def test_a_file_cut_short_is_an_error_not_wrong_numbers() -> None:
    file = io.BytesIO()
    space = SpillSpace(limit=0, open_file=lambda: file)
    blocks, _ = filled(space)
    file.truncate(1000)
    with pytest.raises(OSError, match="ends at byte"):
        blocks.read(0, np.arange(1000), 0, 256)
    with pytest.raises(OSError, match="nothing"):
        SpillSpace().read(0, np.empty(3, dtype=np.float32))


def test_the_disk_is_given_back() -> None:
    file = open_spill_file()
    space = SpillSpace(limit=0, open_file=lambda: file)
    blocks, _ = filled(space)
    assert blocks.spilled_rows
    space.close()
    assert file.closed


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nothing_is_left_even_when_the_process_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, signal, numpy as np\n"
        "from lab.spill import SpillSpace\n"
        "space = SpillSpace(0)\n"
        "assert space.write(np.zeros(10**6)) == 0, space.problem\n"
        "print(os.fstat(space._file.fileno()).st_size, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "8000000", done.stderr
    assert list((tmp_path / "losslab").iterdir()) == []


def test_without_a_cache_folder_the_temporary_one_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "file" / "losslab")
    with open_spill_file() as file:
        file.write(b"abc")
        file.seek(0)
        assert file.read() == b"abc"


@pytest.mark.parametrize(("value", "expected"), [(0.2, 4), (5, 4), (8, 8), (1e9, 64)])
def test_power_of_two(value: float, expected: int) -> None:
    assert power_of_two(value, 4, 64) == expected


def test_a_spike_is_found_at_every_zoom_in_a_long_recording_on_the_disk() -> None:
    """Millions of values, most of them on the disk; zooms from the whole to deep inside one bucket."""
    steps, runs, at, row = 1_000_000, 2, 654_321, 1
    curves = Curves(infos(1, runs), 10, SpillSpace(limit=2**20))
    rng = np.random.default_rng(0)
    for first in range(0, steps, 20_000):
        values = rng.uniform(0.5, 1.5, size=(20_000, runs)).astype(np.float32)
        if first <= at < first + 20_000:
            values[at - first, row] = 1000
        curves.append(range(runs), make_chunk(first, values))
    track = curves.track("objective", 0)
    assert track is not None
    assert track.pyramid.width >= 128
    for width in (steps, 400_000, 60_000, 9_000, 900, 200, 20, 3):
        view = CurveView(band="minmax", columns=480, x_view=(at - 0.4 * width, at + 0.6 * width))
        group = curves.group("objective", range(runs), view)
        assert group is not None
        assert group.high is not None
        assert group.high.max() == 1000, width
        x, y = curves.member("objective", row, view)
        assert y.max() == 1000, width
        assert abs(x[np.argmax(y)] - at) <= max(1, width / 400), width
        assert len(x) <= 2 * 480

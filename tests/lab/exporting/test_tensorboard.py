from __future__ import annotations

import errno
import struct
from pathlib import Path

import numpy as np
import pytest

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.exporting.event_records import masked_checksums, scalar_events, varint
from lab.exporting.tensorboard import event_tag, run_folders, write_tensorboard
from lab.session import Session
from tests.lab.exporting.event_reading import crc32c, fields, masked, read_scalars, records
from tests.lab.recorded_runs import scripted_session
from tests.lab.test_export import session_of


def test_checksums_are_those_of_the_standard() -> None:
    """RFC 3720, B.4: 32 bytes of zeros, of ones, ascending."""
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    rows = np.stack([np.zeros(32), np.full(32, 255), np.arange(32)]).astype(np.uint8)
    assert masked_checksums(rows).tolist() == [masked(row.tobytes()) for row in rows]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, b"\0"),
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (300, b"\xac\x02"),
        (2**35, b"\x80\x80\x80\x80\x80\x01"),
    ],
)
def test_whole_numbers_are_written_as_protocol_buffers_do(value: int, encoded: bytes) -> None:
    assert varint(value) == encoded


def test_every_value_is_read_back(tmp_path: Path) -> None:
    session = session_of(ended=[RunEnd(4, 7, "diverged", 1, float("nan"))])
    paths = write_tensorboard(session, tmp_path / "tb", began=1_700_000_000.0)
    assert len(paths) == len(session.runs) == 6
    for run, path in zip(session.runs, paths, strict=True):
        scalars = read_scalars(path)
        assert set(scalars) == {event_tag(metric) for metric in session.curves.metrics()}
        for metric in session.curves.metrics():
            steps, values = session.curves.series(metric, run.info.index)
            seconds = session.curves.seconds(metric, run.info.index)
            read = np.array(scalars[event_tag(metric)])
            np.testing.assert_array_equal(read[:, 1], steps)
            np.testing.assert_array_equal(read[:, 2].astype(np.float32), values.astype(np.float32))
            np.testing.assert_allclose(read[:, 0], 1_700_000_000.0 + seconds, rtol=0, atol=1e-6)


def test_steps_of_every_width_keep_their_order() -> None:
    steps = np.array([0, 1, 127, 128, 16_383, 16_384, 2**21, 2**35], dtype=np.int64)
    content = b"".join(scalar_events("a", steps, np.arange(8.0), np.arange(8.0)))
    place, found = 0, []
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        found.append(dict(fields(content[place + 12 : place + 12 + length]))[2])
        place += length + 16
    assert found == steps.tolist()


def test_many_events_are_encoded_in_parts() -> None:
    parts = list(scalar_events("a", np.arange(70_000), np.ones(70_000), np.ones(70_000)))
    assert sum(len(part) for part in parts) > 70_000 * 40
    assert max(len(part) for part in parts) < 4e6


def test_negative_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="count from 0"):
        list(scalar_events("a", np.array([-1]), np.ones(1), np.ones(1)))


def hyperparameters(path: Path) -> dict[str, object]:
    """What the HParams page reads of a run."""
    for message in records(path):
        for number, summary in fields(message):
            if number != 5:
                continue
            value = dict(fields(fields(summary)[0][1]))
            if 9 not in value:
                continue
            plugin = dict(fields(dict(fields(value[9]))[1]))
            assert plugin[1] == b"hparams"
            session = fields(dict(fields(plugin[2]))[3])
            found: dict[str, object] = {"group": dict(session)[4].decode()}
            for key, entry in session:
                if key == 1:
                    name, held = dict(fields(entry))[1].decode(), fields(dict(fields(entry))[2])
                    ((kind, inside),) = held
                    found[name] = {2: lambda v: v, 3: lambda v: v.decode(), 4: bool}[kind](inside)
            return found
    raise AssertionError("no hyper-parameters")


def test_what_a_run_was_made_with_is_there(tmp_path: Path) -> None:
    paths = write_tensorboard(session_of(), tmp_path / "tb")
    found = hyperparameters(paths[4])
    assert found["group"] == "MSE on raw outputs"
    assert found["loss.name"] == "squared_error" and found["seed"] == 1.0
    assert found["optimizer.learning_rate"] == 0.1 and found["training.full_batch"] is False


def test_runs_have_folders_of_their_own() -> None:
    session = session_of()
    losses = tuple(loss.model_copy(update={"label": "a/b: ü"}) for loss in session.config.losses)
    session._run_config = session.config.model_copy(update={"losses": losses})
    names = run_folders(session)
    assert len(set(names)) == 6
    assert names[0].count("/") == 1 and ".." not in names[0]


# --- where it cannot be written -------------------------------------------------------------------
def test_an_earlier_export_is_replaced_only_when_asked(tmp_path: Path) -> None:
    session = session_of()
    (old,) = {path.name for path in write_tensorboard(session, tmp_path / "tb", began=1.0)}
    with pytest.raises(ProblemError, match="exists already"):
        write_tensorboard(session, tmp_path / "tb", began=2.0)
    paths = write_tensorboard(session, tmp_path / "tb", began=2.0, overwrite=True)
    assert all(path.is_file() for path in paths)
    assert not list(tmp_path.rglob(old))
    assert [path.name for path in tmp_path.iterdir()] == ["tb"]


def test_a_folder_with_anything_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "tb").mkdir()
    (tmp_path / "tb" / "thesis.tex").write_text("mine")
    with pytest.raises(ProblemError, match=r"another kind.*thesis\.tex"):
        write_tensorboard(session_of(), tmp_path / "tb", overwrite=True)
    assert [path.name for path in (tmp_path / "tb").iterdir()] == ["thesis.tex"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert write_tensorboard(session_of(), tmp_path)[0].is_file()


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tb").write_text("mine")
    with pytest.raises(ProblemError, match="could not be written"):
        write_tensorboard(session_of(), tmp_path / "tb", overwrite=True)
    assert (tmp_path / "tb").read_text() == "mine"


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lab.exporting.tensorboard.scalar_events", full)
    with pytest.raises(ProblemError, match="disk is full"):
        write_tensorboard(session_of(), tmp_path / "tb")
    assert list(tmp_path.iterdir()) == []


def test_without_curves_there_is_nothing_to_write(tmp_path: Path) -> None:
    session, _trainer = scripted_session()
    with pytest.raises(ProblemError, match="no curves"):
        write_tensorboard(session, tmp_path / "tb")
    assert list(tmp_path.iterdir()) == []


def test_tensorboard_itself_reads_the_same(tmp_path: Path) -> None:
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    session: Session = session_of()
    path = write_tensorboard(session, tmp_path / "tb")[2]
    events = reading.EventAccumulator(str(path.parent), size_guidance={reading.SCALARS: 0})
    events.Reload()
    steps, values = session.curves.series("validation_accuracy", session.runs[2].info.index)
    read = events.Scalars("validation/accuracy")
    assert [event.step for event in read] == steps.tolist()
    np.testing.assert_array_equal([event.value for event in read], values.astype(np.float32))
    assert "hparams" in events.summary_metadata["_hparams_/session_start_info"].plugin_data.plugin_name

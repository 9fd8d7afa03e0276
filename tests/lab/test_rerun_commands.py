"""``losslab rerun`` and ``losslab bundle`` on experiments that are really trained."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import lab.cli
from lab.agreement import Agreement, CurveAgreement
from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.experiment_file import write_experiment
from lab.messages import Ended, SetLearningRate
from lab.rerun_report import condensed, judge
from lab.store.store import Store
from tests.lab.recorded_runs import tiny_config
from tests.lab.store.kept import Kept

TABLE = "a,b,y\n" + "".join(f"{n / 10},{(n * 7) % 11},{n % 2}\n" for n in range(60))
EXPERIMENT = """
format = 1
name = "Small table"
[data]
name = "file"
path = "table.csv"
[model]
hidden = [4]
[[losses]]
name = "cross_entropy"
[optimizer]
name = "adam"
learning_rate = 0.02
[training]
epochs = 4
batch_size = 8
[seeds]
count = 2
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a trained experiment whose data file is its own."""
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "e.toml").write_text(EXPERIMENT)
    monkeypatch.chdir(tmp_path)
    words = ["run", "e.toml", "--out", "out", "--no-plots", "--quiet", "--workers", "1"]
    assert lab.cli.main(words) == 0
    return tmp_path


def rerun(*words: str) -> int:
    return lab.cli.main(["rerun", *words, "--quiet", "--workers", "1"])


def test_an_experiment_is_bundled_and_rerun_elsewhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.cli.main(["bundle", "out", "--out", "small.losslab"]) == 0
    assert lab.cli.main(["bundle", "latest", "--out", "small.losslab"]) == 2
    assert "small.losslab exists already" in capsys.readouterr().err
    shutil.rmtree(Store().folder)  # another machine: no store, no data
    (folder / "table.csv").unlink()
    assert rerun("small.losslab") == 0
    out = capsys.readouterr().out
    assert "Every curve agrees, bit for bit." in out
    assert "CE" in out


def test_the_same_from_the_store_from_the_file_and_from_the_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ("latest", "e.toml", "out", Store().experiments()[0].id):
        assert rerun(words) == 0
        assert "bit for bit" in capsys.readouterr().out


def test_other_data_give_other_curves(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "table.csv").write_text(TABLE.replace("0.3,", "0.9,"))
    assert rerun("latest") == 1
    out = capsys.readouterr().out
    assert "Not every curve agrees: differences exceed 0.0001" in out
    assert "no, from step" in out


def test_a_stopped_experiment_is_trained_as_far_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from lab.pool import TrainerPool
    from lab.session import Session
    from lab.store.keeping import KeepingTrainer

    trainer = KeepingTrainer(TrainerPool(1), Store())
    session = Session("cpu", config=tiny_config(), trainer=trainer)
    session.start(pause_after=17)
    while session.state != "paused":
        session.advance()
    session.stop()
    while session.state != "stopped":
        session.advance()
    session.close()
    assert rerun("latest") == 0
    assert "bit for bit" in capsys.readouterr().out


# --- what cannot be rerun -------------------------------------------------------------------------
def test_what_was_changed_by_hand_is_not_rerun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Kept(Store())
    kept.begin()
    kept.tell(kept.rows())
    kept.trainer.send(SetLearningRate(0.5))
    kept.tell(Ended("finished", 20, 1.0))
    kept.close()
    assert rerun("latest") == 2
    err = capsys.readouterr().err
    assert "changed by hand while it ran" in err
    assert "0.5" in err


def test_settings_that_were_never_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_experiment(tiny_config(), tmp_path / "a.toml")
    assert rerun(str(tmp_path / "a.toml")) == 2
    assert "The store has no runs of a.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["latest"], "The store is empty"),
        (["none.losslab"], "There is no file none.losslab"),
        (["latest", "--tolerance", "-1"], "-1 is not a tolerance"),
        (["latest", "--tolerance", "nan"], "nan is not a tolerance"),
        (["latest", "--workers", "0"], "0 is not a number of processes"),
    ],
)
def test_bad_input(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.cli.main(["rerun", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_data_that_are_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "table.csv").unlink()
    assert rerun("latest") == 2
    assert "table.csv" in capsys.readouterr().err


# --- the verdict ----------------------------------------------------------------------------------
def row(metric: str, largest: float = 0.0, parts_at: int | None = None) -> CurveAgreement:
    return CurveAgreement("CE", metric, 3, 30, largest == 0, largest, parts_at)


def test_rows_with_the_same_bits_are_said_once() -> None:
    rows = row("loss"), row("nll", 1e-6), row("mae"), row("brier")
    assert [found.metric for found in condensed(rows)] == ["nll", "3 others"]
    assert condensed(rows)[1].curves == 9
    assert [found.metric for found in condensed(rows[:1])] == ["loss"]
    assert [found.metric for found in condensed((rows[0], rows[2]))] == ["all 2"]


@pytest.mark.parametrize(
    ("rows", "ends", "changed", "strict", "code", "sentence"),
    [
        ([row("loss")], (), (), True, 0, "Every curve agrees, bit for bit."),
        ([row("loss", 1e-6)], (), ("numpy was 1, now 2",), True, 0, "agrees within 0.001"),
        ([row("loss", 1e-6)], (), (), False, 0, "agrees within 0.001"),
        ([row("loss", 1e-6)], (), (), True, 1, "but not bit for bit"),
        ([row("loss", 0.1, 7)], (), (), True, 1, "Not every curve agrees"),
        ([row("loss", 0.1, 7)], (), ("numpy was 1, now 2",), True, 1, "Rounding differs"),
        ([row("loss")], ("CE, seed 0: target before, now not",), (), True, 1, "Ended otherwise"),
    ],
)  # fmt: skip
def test_verdicts(
    rows: list[CurveAgreement], ends: tuple[str, ...], changed: tuple[str, ...], strict: bool, code: int,
    sentence: str, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert judge(Agreement(1e-3, tuple(rows), ends), changed, strict=strict) == code
    assert sentence in capsys.readouterr().out


def test_a_change_of_versions_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import hashlib
    import json
    import zipfile

    write_bundle(Store().experiment(Store().experiments()[0].id), folder / "a.losslab")
    with zipfile.ZipFile("a.losslab") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(parts["record.json"])
    record["origin"]["versions"]["numpy"] = "0.1"
    parts["record.json"] = json.dumps(record).encode()
    about = json.loads(parts["bundle.json"])
    about["members"]["record.json"] = {
        "bytes": len(parts["record.json"]), "sha256": hashlib.sha256(parts["record.json"]).hexdigest(),
    }  # fmt: skip
    parts["bundle.json"] = json.dumps(about).encode()
    with zipfile.ZipFile("b.losslab", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert read_bundle(Path("b.losslab")).versions["numpy"] == "0.1"
    assert rerun("b.losslab") == 0
    assert "Not as it was: numpy was 0.1, now" in capsys.readouterr().out

"""``losslab bundle`` and ``losslab rerun`` as a person calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

import lab.cli

TABLE = "a,b,y\n" + "".join(f"{i % 7},{i % 5},{i % 2}\n" for i in range(60))
SMALL = """
format = 1
name = "Small"
[data]
name = "file"
path = "table.csv"
[model]
hidden = [4]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "hinge"
[training]
epochs = 2
[seeds]
count = 2
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of an experiment whose table is gone since, and a store beside it that keeps it."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "small.toml").write_text(SMALL)
    (folder / "table.csv").write_text(TABLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSLAB_STORE", str(folder / "store"))
        run = ["run", str(folder / "small.toml"), "--out", str(folder / "out"), "--quiet", "--no-plots"]
        assert lab.cli.main(run) == 0
        path = folder / "small.losslab"
        assert lab.cli.main(["bundle", "latest", "--out", str(path)]) == 0
        assert lab.cli.main(["bundle", "latest", "--out", str(path)]) == 2
    (folder / "table.csv").unlink()
    return path


def test_a_bundle_is_repeated_bit_for_bit(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.cli.main(["rerun", str(bundle), "--quiet", "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "Every curve agrees bit for bit." in said
    assert "objective" in said


def test_an_experiment_whose_data_is_gone_is_refused(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOSSLAB_STORE", str(bundle.parent / "store"))
    assert lab.cli.main(["rerun", "latest", "--quiet"]) == 2
    assert "table.csv" in capsys.readouterr().err


def test_curves_that_part_are_said(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lab.bundle import reading
    from lab.config_changes import apply_changes

    def slower(self: reading.Bundle, folder: Path) -> object:
        return apply_changes(unpacked(self, folder), {"optimizer.learning_rate": 0.01})

    unpacked = reading.Bundle.unpacked_config
    monkeypatch.setattr(reading.Bundle, "unpacked_config", slower)
    assert lab.cli.main(["rerun", str(bundle), "--quiet", "--workers", "1"]) == 1
    assert "part by more than 0.0001" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["nowhere.losslab"], ["unknown"], ["x", "--tolerance", "-1"], ["x", "--workers", "0"]]
)
def test_bad_input_is_refused(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "store"))
    assert lab.cli.main(["rerun", *words]) == 2


def test_without_a_window_a_bundle_is_pointed_to_rerun(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lab.display.why_no_display", lambda: "There is no display")
    assert lab.cli.main([str(bundle)]) == 2
    said = capsys.readouterr().err
    assert "There is no display" in said
    assert f"losslab rerun {bundle}" in said


def test_a_run_writes_a_bundle_that_is_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "table.csv").write_text(TABLE)
    run = ["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / "out"), "--quiet", "--no-plots"]
    assert lab.cli.main([*run, "--no-store", "--bundle", "--workers", "1"]) == 0
    path = tmp_path / "out" / "experiment.losslab"
    capsys.readouterr()
    assert lab.cli.main(["rerun", str(path), "--quiet", "--workers", "2"]) == 0
    assert "bit for bit." in capsys.readouterr().out

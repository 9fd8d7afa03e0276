"""``losslab run --plots``: the plots asked for, and the numbers of instruments."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import lab.cli
from lab.panels import Panel

TOML = """
[data]
name = "moons"
samples = 60
[model]
hidden = [4]
[[losses]]
name = "cross_entropy"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
epochs = 3
"""


class Drawn:
    """Notes what it is asked to draw."""

    def __init__(self) -> None:
        self.figures: dict[str, Sequence[Panel]] = {}
        self.commands: dict[str, str] = {}

    def __call__(
        self, panels: Sequence[Panel], folder: Path, stem: str, formats: Sequence[str], overwrite: bool,
        look: Any = None, made_by: Any = None,
    ) -> tuple[Path, ...]:  # fmt: skip
        self.figures[stem], self.commands[stem] = panels, made_by.command
        return tuple(folder / f"{stem}.{ending}" for ending in formats)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "small.toml"
    made.write_text(TOML, encoding="utf-8")
    return made


def run(file: Path, draw: Drawn, *more: str) -> int:
    out = str(file.parent / "out")
    return lab.cli.main(
        ["run", str(file), "--out", out, "--quiet", "--device", "cpu", "--workers", "1", "--no-store", *more],
        draw,
    )


def test_plots_asked_for_are_drawn_and_instruments_written_as_csv(file: Path) -> None:
    draw = Drawn()
    assert run(file, draw, "--plots", "metric", "calibration", "landscape") == 0
    assert set(draw.figures) == {"metric", "calibration", "landscape", "plots"}
    assert len(draw.figures["plots"]) == 3
    assert not getattr(draw.figures["landscape"][0], "placeholder", "no panel")
    assert draw.commands["landscape"] == "losslab run untitled.toml --plots landscape"
    assert draw.commands["metric"] == "losslab run untitled.toml"
    out = file.parent / "out"
    assert {path.name for path in out.glob("*.csv")} >= {"calibration.csv", "landscape.csv"}
    with (out / "landscape.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert rows[0]["plot"] == "Landscape"
    assert len([row for row in rows if row["kind"] == "cell" or row["kind"] == "field"]) > 400


def test_what_does_not_apply_is_said_and_left_out(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = Drawn()
    assert run(file, draw, "--plots", "residuals", "influence") == 0
    assert "Residuals does not apply to these data and was left out." in capsys.readouterr().err
    assert set(draw.figures) == {"influence", "plots"}


def test_an_unknown_plot_is_refused_before_anything_is_trained(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, Drawn(), "--plots", "saturatoin") == 2
    said = capsys.readouterr().err
    assert "saturatoin is no plot" in said
    assert "Did you mean saturation?" in said
    assert not (file.parent / "out").exists()


def test_a_csv_that_is_there_is_not_overwritten(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file.parent / "out").mkdir()
    (file.parent / "out" / "influence.csv").write_text("mine", encoding="utf-8")
    assert run(file, Drawn(), "--plots", "influence") == 2
    assert "influence.csv" in capsys.readouterr().err
    assert (file.parent / "out" / "influence.csv").read_text(encoding="utf-8") == "mine"

"""``losslab export`` of a race that was run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import lab.cli
from lab.experiment_file import dump_experiment, read_experiment
from lab.exporting.race_tables import race_tables
from lab.exporting.table_files import table_frame
from lab.race_export import RACE_FORMATS
from lab.racing.judging import judge
from lab.racing.reading import read_race
from lab.store.store import Store
from tests.lab.exporting.html_reading import Page
from tests.lab.racing.races import small_race

Raced = tuple[Store, str]


@pytest.fixture
def race(raced: Raced, monkeypatch: pytest.MonkeyPatch) -> Raced:
    monkeypatch.setenv("LOSSLAB_STORE", str(raced[0].folder))
    return raced


def test_a_race_has_tables_a_report_and_its_file(race: Raced, tmp_path: Path) -> None:
    store, group = race
    words = ["export", group, "--format", ",".join(RACE_FORMATS), "--out", str(tmp_path), "--best"]
    assert lab.cli.main(words) == 0
    result = read_race(store, group)
    tables = race_tables(result, judge(result))
    assert set(tables) == {"rates", "finalists", "comparisons"}
    for name, table in tables.items():
        assert pl.read_parquet(tmp_path / f"small-race-{name}.parquet").equals(table_frame(table))
        assert (tmp_path / f"small-race-{name}.tex").read_text(encoding="utf-8").count("tabular") == 2
    page = Page((tmp_path / "small-race-report.html").read_text(encoding="utf-8"))
    assert page.words("h2")[:3] == ["Verdict", "Results", "Losses"]
    assert page.words("h1") == ["Small race"]
    for judgement in judge(result):
        assert judgement.headline in page.words("p")
    assert f"losslab export {group} --format report" in page.words("pre")
    assert read_experiment(tmp_path / "small-race.toml") == small_race()


def test_curves_are_those_of_its_experiments(
    race: Raced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.cli.main(["export", race[1], "--format", "latex,parquet", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "A race has no parquet of its own" in said
    assert read_race(*race).entrants[0].experiment in said
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unasked(
    race: Raced, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine-report.html").write_text("mine")
    words = ["export", race[1], "--format", "latex,report", "--out", str(tmp_path), "--name", "mine"]
    assert lab.cli.main(words) == 2
    assert "exists already" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    assert lab.cli.main([*words, "--force"]) == 0
    assert len(list(tmp_path.iterdir())) == 4


def test_before_the_final_there_is_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "store"))
    store = Store()
    group = store.begin_group("race", "Small race", dump_experiment(small_race()))
    assert lab.cli.main(["export", group, "--format", "report", "--out", str(tmp_path / "out")]) == 2
    assert "no final yet" in capsys.readouterr().err
    assert lab.cli.main(["export", group, "--format", "latex", "--out", str(tmp_path / "out")]) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small-race-rates.tex"]

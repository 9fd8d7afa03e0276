"""``losslab export``: what it writes, what it refuses, and commands that say what was asked."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lab.cli
from lab import export_arguments
from lab.chart import ChartPanel
from lab.export_arguments import FIGURES, FORMATS
from lab.exporting.forms import FORMS
from lab.exporting.provenance import export_command, provenance
from lab.exporting.view_arguments import COLUMNS, usual_band, view_of, view_words
from lab.figure_look import PRESETS, FigureLook, Provenance
from lab.panels import ConfusionPanel, FieldPanel, Panel
from lab.store.store import Store
from lab.view_options import BANDS, COMPARISONS, X_AXES, ViewOptions
from tests.lab.exporting.html_reading import Page
from tests.lab.test_export import session_of

SMALL = """
format = 1
name = "Two / losses"
[data]
name = "moons"
samples = 60
[model]
hidden = [4]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "squared_error"
[training]
epochs = 2
[seeds]
count = 2
"""
PANELS: list[Panel] = []
"""What was drawn last."""
Drawn = list[tuple[str, tuple[str, ...], FigureLook | None, Provenance | None]]


@pytest.fixture(scope="module")
def kept_store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store with one experiment, and its identity."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "small.toml").write_text(SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSLAB_STORE", str(folder / "store"))
        arguments = ["run", str(folder / "small.toml"), "--out", str(folder / "out"), "--quiet"]
        assert lab.cli.main(arguments) == 0
        (row,) = Store().experiments()
    return folder / "store", row.id


@pytest.fixture
def kept(kept_store: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LOSSLAB_STORE", str(kept_store[0]))
    return kept_store[1]


def call(*words: str) -> tuple[int, Drawn]:
    drawn: Drawn = []
    PANELS.clear()

    def draw(
        panels: Sequence[Panel], folder: Path, stem: str, formats: Sequence[str], overwrite: bool,
        look: FigureLook | None = None, made_by: Provenance | None = None,
    ) -> Sequence[Path]:  # fmt: skip
        PANELS.extend(panels)
        drawn.append((stem, tuple(panel.title for panel in panels), look, made_by))
        paths = [folder / f"{stem}.{ending}" for ending in formats]
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            path.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>')
        return paths

    return lab.cli.main(["export", *words], draw), drawn


def test_every_format_is_written_under_the_name_of_the_experiment(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formats = [name for name in FORMATS if name != "mlflow"]
    code, drawn = call("latest", "--format", ",".join(formats), "--out", str(tmp_path))
    assert code == 0
    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert all(path.exists() for path in printed)
    names = {path.name for path in printed}
    assert {f"two-losses{FORMS[FORMATS[name]]}" for name in formats if name not in FIGURES} <= names
    assert {f"two-losses-objective.{ending}" for ending in FIGURES} <= names
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".npz"} == names
    assert len(pl.read_parquet(tmp_path / "two-losses-curves.parquet")) > 100
    assert Page((tmp_path / "two-losses-report.html").read_text()).words("h1") == ["Two / losses"]
    assert [stem for stem, *_ in drawn] == [
        "two-losses-metric", "two-losses-objective", "two-losses-gradient", "two-losses-field",
        "0", "1", "2", "3",
    ]  # fmt: skip


def test_a_figure_says_the_command_that_draws_exactly_it_again(kept: str, tmp_path: Path) -> None:
    words = ["--figures", "objective", "metric", "--preset", "double", "--grey", "--x-axis", "epoch"]
    code, drawn = call(kept, "--format", "pdf", "--out", str(tmp_path / "a"), *words)
    assert code == 0 and len(drawn) == 2
    stem, titles, look, made_by = drawn[0]
    assert look == FigureLook("double", True) and made_by is not None
    again = shlex.split(made_by.command)
    assert again[:2] == ["losslab", "export"]
    code, redrawn = call(*again[2:], "--out", str(tmp_path / "b"))
    assert code == 0
    assert redrawn == [(stem, titles, look, made_by)]


def test_a_figure_can_be_of_a_step_that_is_past(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, drawn = call(
        kept, "--format", "png", "--figures", "metric", "--at", "3", "--out", str(tmp_path / "a")
    )
    assert code == 0
    made_by = drawn[0][3]
    assert made_by is not None and "--at 3" in made_by.command
    capsys.readouterr()
    code, drawn = call(kept, "--format", "png", "--at", "5000", "--out", str(tmp_path / "b"))
    assert code == 2 and not drawn
    assert "Step 5\u2009000 was not recorded" in capsys.readouterr().err
    assert call(kept, "--format", "png", "--at", "-1")[0] == 2
    assert "-1 is not a number from 0" in capsys.readouterr().err


def test_all_plots_in_one_figure_and_a_name_of_its_own(kept: str, tmp_path: Path) -> None:
    code, drawn = call(kept[:12], "--format", "png", "--grid", "--name", "race", "--out", str(tmp_path))
    assert code == 0
    ((stem, titles, _look, made_by),) = drawn
    assert stem == "race-plots" and len(titles) == 4
    assert made_by is not None and "--grid" in made_by.command


def test_instruments_look_into_what_was_kept(kept: str, tmp_path: Path) -> None:
    kinds = ["field", "landscape", "calibration", "confusion"]
    words = ["--format", "png", "--figures", *kinds, "--at", "1"]
    code, drawn = call(kept, *words, "--out", str(tmp_path))
    assert code == 0
    assert [stem for stem, *_ in drawn] == [f"two-losses-{kind}" for kind in kinds]
    for kind, (_stem, _titles, _look, made_by) in zip(kinds, drawn, strict=True):
        assert made_by is not None
        assert made_by.command == f"losslab export {kept} --format png --figures {kind} --at 1"
    with_steps = [panel for panel in PANELS if isinstance(panel, ChartPanel | FieldPanel | ConfusionPanel)]
    assert len(with_steps) == 4
    assert all("step 1" in panel.subtitle or "step 0" in panel.subtitle for panel in with_steps)
    assert all(not panel.placeholder for panel in with_steps)


def test_without_parameters_figures_say_so_and_surfaces_are_left_out(
    kept_store: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(kept_store[0], tmp_path / "older")
    shutil.rmtree(tmp_path / "older" / "snapshots")
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "older"))
    code, drawn = call("latest", "--format", "png", "--grid", "--out", str(tmp_path / "a"))
    assert code == 0 and len(drawn[0][1]) == 3
    code, _ = call("latest", "--format", "png", "--figures", "landscape", "--out", str(tmp_path / "b"))
    (panel,) = PANELS
    assert isinstance(panel, ChartPanel) and code == 0
    assert panel.placeholder == "parameters were not kept; run it again to look inside"


def test_the_folder_of_a_run_names_its_experiment(
    kept_store: tuple[Path, str], kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = kept_store[0].parent / "out"
    assert call(str(results), "--format", "markdown", "--out", str(tmp_path))[0] == 0
    assert (tmp_path / "two-losses-summary.md").is_file()
    assert call(str(tmp_path), "--format", "csv", "--out", str(tmp_path / "x"))[0] == 2
    assert "holds no results of losslab run" in capsys.readouterr().err
    (tmp_path / "results.json").write_text('{"experiment": "other", "stored_as": null}')
    assert call(str(tmp_path), "--format", "csv", "--out", str(tmp_path / "x"))[0] == 2
    assert "was not kept in the store" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_the_best_is_marked_on_request(kept: str, tmp_path: Path) -> None:
    assert call(kept, "--format", "latex", "--out", str(tmp_path), "--best")[0] == 0
    assert r"\caption{Two / losses}" in (tmp_path / "two-losses-summary.tex").read_text()


@pytest.mark.parametrize(("words", "said"), [
    (["nothing-like-it", "--format", "csv"], "The store has no experiment nothing-like-it"),
    (["latest", "--format", "gif"], "gif is no format"),
    (["latest", "--format", ","], "nothing is no format"),
    (["latest", "--format", "png", "--figures", "residuals"], "residuals does not apply"),
    (["latest", "--format", "png", "--figures", "nonsense"], "nonsense is no plot"),
    (["latest", "--format", "csv", "--name", "a/b"], "“a/b” cannot be the name of a file"),
    (["latest", "--format", "png", "--smoothing", "1"], "1 is not a weight"),
    (["latest", "--format", "png", "--hide", "-1"], "hide"),
    (["latest", "--format", "png", "--preset", "poster"], "poster"),
    (["latest", "--format", "png", "--size", "large"], "large is no size"),
])  # fmt: skip
def test_what_does_not_fit_is_one_sentence_and_writes_nothing(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, drawn = call(*words, "--out", str(tmp_path))
    assert (code, drawn) == (2, [])
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_several_of_that_beginning_are_named(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(os.environ["LOSSLAB_STORE"], tmp_path / "store")
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "store"))
    (tmp_path / "small.toml").write_text(SMALL)
    assert lab.cli.main(["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / "o"), "--quiet"]) == 0
    code, _ = call("20", "--format", "csv", "--out", str(tmp_path / "x"))
    assert code == 2
    assert "2 experiments begin with 20" in capsys.readouterr().err


def test_nothing_is_overwritten_unasked(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "two-losses-summary.md"
    mine.write_text("mine")
    words = (kept, "--format", "png,csv,markdown", "--out", str(tmp_path))
    code, drawn = call(*words)
    assert (code, drawn) == (2, [])
    assert "exists already" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
    assert call(*words, "--force")[0] == 0
    assert mine.read_text() != "mine"


def test_an_empty_store_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOSSLAB_STORE", str(tmp_path / "empty"))
    assert call("latest", "--format", "csv")[0] == 2
    assert "The store is empty" in capsys.readouterr().err


def test_without_what_draws_there_are_no_figures(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.cli.main(["export", kept, "--format", "png", "--out", str(tmp_path)]) == 2
    assert "cannot draw" in capsys.readouterr().err


# --- commands -------------------------------------------------------------------------------------
views = st.builds(
    ViewOptions,
    x_axis=st.sampled_from(tuple(X_AXES)),
    log_x=st.booleans(),
    log_y=st.sampled_from((None, True, False)),
    smoothing=st.floats(0, 0.999),
    band=st.sampled_from(tuple(BANDS)),
    members=st.booleans(),
    comparison=st.sampled_from(tuple(COMPARISONS)),
    columns=st.just(COLUMNS),
    hidden_losses=st.frozensets(st.integers(0, 9)),
    metric=st.sampled_from(("", "nll", "accuracy")),
    loss=st.integers(0, 9),
    at=st.none() | st.integers(0, 10**9),
)


def parsed(words: Sequence[str]) -> argparse.Namespace:
    return lab.cli.parser().parse_args(["export", "latest", "--format", "png", *words])


@settings(deadline=None)
@given(views, st.sampled_from((1, 3, 4, 20)))
def test_a_view_is_read_back_from_its_words(view: ViewOptions, seeds: int) -> None:
    assert view_of(parsed(view_words(view, seeds)), seeds) == view


def test_what_is_as_usual_is_not_said() -> None:
    for seeds in (3, 4):
        assert view_words(ViewOptions(band=usual_band(seeds)), seeds) == []


def test_arguments_know_what_there_is() -> None:
    assert tuple(X_AXES) == export_arguments.X_AXES
    assert tuple(BANDS) == export_arguments.BANDS
    assert tuple(COMPARISONS) == export_arguments.COMPARISONS
    assert tuple(PRESETS) == export_arguments.PRESETS
    assert {FORMATS[name] for name in FORMATS if name not in FIGURES} == set(FORMS)


@settings(deadline=None)
@given(
    st.sampled_from(("", *PRESETS)), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from((None, (1600, 1000))),
)  # fmt: skip
def test_looks_and_choices_are_read_back(
    preset: str, grey: bool, caption: bool, grid: bool, best: bool, size: tuple[int, int] | None
) -> None:
    look = FigureLook(preset, grey, caption, 600.0 if preset else 300.0, None if preset else size)
    command = export_command(
        session_of(), "abc", ("png", "pdf"), figures=("metric",), look=look, grid=grid, mark_best=best
    )
    options = lab.cli.parser().parse_args(shlex.split(command)[1:])
    read = FigureLook(options.preset or "", options.grey, options.caption, options.dpi, options.size)
    assert read == look
    assert (options.experiment, options.formats, options.figures) == ("abc", ("png", "pdf"), ["metric"])
    assert (options.grid, options.best) == (grid, best)


def test_what_is_not_in_the_store_is_run_again() -> None:
    session = session_of()
    command = export_command(session, "", ("png",), figures=("metric",))
    assert command == "losslab run two-losses.toml"
    made_by = provenance(session, command)
    assert made_by.name == "Two losses" and "[[losses]]" in made_by.config and made_by.version

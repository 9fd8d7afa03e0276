"""What is written of an experiment beside its figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from compute.problems import ProblemError
from lab.exporting import forms
from lab.exporting.forms import FORMS, FormChoices, form_paths, write_forms
from lab.exporting.provenance import provenance
from tests.lab.recorded_runs import scripted_session
from tests.lab.test_export import session_of

BY = provenance(session_of(), "losslab export abc --format report")
ALL = tuple(form for form in FORMS if form != "mlflow")


def test_every_form_is_where_it_was_said_to_be(tmp_path: Path) -> None:
    paths = write_forms(session_of(), tmp_path, "race", ALL, BY)
    assert paths == form_paths(tmp_path, "race", ALL)
    data = {path.with_suffix(".npz") for path in paths if path.suffix == ".py"}  # beside each script
    assert set(paths) | data == set(tmp_path.iterdir())
    assert len(data) == 2
    with pytest.raises(ProblemError, match="exist already"):
        write_forms(session_of(), tmp_path, "race", ALL, BY)
    assert write_forms(session_of(), tmp_path, "race", ALL, BY, FormChoices(overwrite=True)) == paths


def test_one_file_in_the_way_keeps_all_from_being_written(tmp_path: Path) -> None:
    (tmp_path / "race-report.html").write_text("mine")
    with pytest.raises(ProblemError, match=r"race-report\.html exists already"):
        write_forms(session_of(), tmp_path, "race", ALL, BY)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_without_runs_there_is_the_experiment_only(tmp_path: Path) -> None:
    session, _trainer = scripted_session()
    assert write_forms(session, tmp_path, "race", ("toml",), BY)[0].is_file()
    with pytest.raises(ProblemError, match="no curves"):
        write_forms(session, tmp_path, "race", ("toml", "latex"), BY, FormChoices(overwrite=True))


def test_figures_go_with_the_report_and_with_mlflows_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
    kept: dict[str, bytes] = {}

    def keep(_source: object, _path: Path, files: list[Path], **_more: Any) -> None:
        kept.update({file.name: file.read_bytes() for file in files})

    monkeypatch.setattr(forms, "write_mlflow", keep)
    figures = (("Objective", svg), ("Objective", svg))
    write_forms(session_of(), tmp_path, "race", ("report", "mlflow"), BY, FormChoices(figures=figures))
    assert kept == {"objective.svg": svg, "objective-2.svg": svg}
    assert (tmp_path / "race-report.html").read_text(encoding="utf-8").count("<svg") == 2


def test_without_mlflow_its_form_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(ProblemError, match="MLflow is not installed"):
        write_forms(session_of(), tmp_path, "race", ("mlflow",), BY)
    assert list(tmp_path.iterdir()) == []

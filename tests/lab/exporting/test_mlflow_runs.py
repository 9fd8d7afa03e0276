from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.experiment_file import parse_experiment
from lab.exporting import mlflow_runs
from lab.exporting.mlflow_runs import INSTALL, write_mlflow
from tests.lab.recorded_runs import scripted_session
from tests.lab.test_export import session_of


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """MLflow's own reader of the folder that the tests write."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    tracking = pytest.importorskip("mlflow.tracking", reason="needs the extra mlflow")
    return lambda: tracking.MlflowClient(tracking_uri=(tmp_path / "runs").as_uri())


def test_mlflow_reads_every_run_back(client: Any, tmp_path: Path) -> None:
    session = session_of(ended=[RunEnd(4, 7, "diverged", 1, float("nan"))])
    figure = tmp_path / "figure.svg"
    figure.write_text("<svg/>")
    write_mlflow(session, tmp_path / "runs", [figure], began=1_700_000_000.0)
    reader = client()
    experiment = reader.get_experiment_by_name("Two losses")
    found = {run.info.run_name: run for run in reader.search_runs([experiment.experiment_id])}
    assert len(found) == 6
    run = found["MSE on raw outputs, seed 1"]
    assert run.info.status == "FAILED" and found["Cross-entropy, seed 0"].info.status == "FINISHED"
    assert run.info.start_time == 1_700_000_000_000
    assert run.data.params["loss.name"] == "squared_error" and run.data.params["seed"] == "1"
    assert run.data.tags["losslab.loss"] == "MSE on raw outputs"
    for metric, name in (("objective", "step/objective"), ("validation_accuracy", "validation/accuracy")):
        steps, values = session.curves.series(metric, 4)
        history = reader.get_metric_history(run.info.run_id, name)
        assert [entry.step for entry in history] == steps.tolist()
        np.testing.assert_array_equal([entry.value for entry in history], values)
    files = {item.path for item in reader.list_artifacts(run.info.run_id)}
    assert files == {"experiment.toml", "figure.svg"}
    text = Path(reader.download_artifacts(run.info.run_id, "experiment.toml")).read_text(encoding="utf-8")
    assert parse_experiment(text) == session.run_config


def test_long_curves_are_thinned_and_that_is_said(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_runs, "POINTS", 7)
    write_mlflow(session_of(), tmp_path / "runs")
    reader = client()
    run = reader.search_runs([reader.get_experiment_by_name("Two losses").experiment_id])[0]
    steps = [entry.step for entry in reader.get_metric_history(run.info.run_id, "step/objective")]
    assert steps == [0, 5, 10, 15, 20, 25, 29]
    assert run.data.tags["losslab.thinned"] == "one of every 5 values of long curves"


def test_the_environment_is_left_as_it_was(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_ALLOW_FILE_STORE")
    monkeypatch.setenv("DO_NOT_TRACK", "mine")
    write_mlflow(session_of(), tmp_path / "runs")
    assert "MLFLOW_ALLOW_FILE_STORE" not in os.environ and os.environ["DO_NOT_TRACK"] == "mine"


def test_without_mlflow_the_way_to_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(ProblemError, match="MLflow is not installed") as refused:
        write_mlflow(session_of(), tmp_path / "runs")
    assert INSTALL in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_anything_in_it_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine").write_text("mine")
    with pytest.raises(ProblemError, match="runs is not empty"):
        write_mlflow(session_of(), tmp_path / "runs")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["mine"]


def test_without_curves_there_is_nothing_to_write(tmp_path: Path) -> None:
    session, _trainer = scripted_session()
    with pytest.raises(ProblemError, match="no curves"):
        write_mlflow(session, tmp_path / "runs")


def test_nobody_loads_mlflow_unasked() -> None:
    code = (
        "import sys, lab.exporting.forms; assert not any(name.startswith('mlflow') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

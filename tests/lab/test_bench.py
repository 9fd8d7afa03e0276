from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import lab.bench
import lab.bench_report
import lab.cli
from lab.bench import NUMPY, RACE, RACE_STEPS, RUNS, WAYS, Report, Speed, Way, measure, measure_all
from lab.bench_plan import DG, PG, Net
from lab.bench_report import as_json, meaning, print_report
from lab.experiment_file import default_experiment
from lab.shares import usable_cores

TINY = Net("pg", (2, 3, 2), "tanh", 32, 8)
SPEEDS = (
    Speed("2-3-2 tanh, batch 8", "NumPy", 1, 4, 123_456.0),
    Speed("2-3-2 tanh, batch 8", "NumPy", 2, 4, 234_567.0),
    Speed("2-3-2 tanh, batch 8", "GPU", 1, 1024, None, "no GPU: CuPy is not installed"),
)
REPORT = Report("A processor", 2, SPEEDS, 1.5, ("SLOW is set: unset SLOW",))


def test_one_process_and_many_are_measured() -> None:
    report = measure_all(0.02, [NUMPY], [TINY], 2, {}, {"pg": 3, "race": 2})
    assert [(speed.processes, speed.runs, speed.reason) for speed in report.speeds] == [
        (1, 3, ""),
        (2, 3, ""),
    ]
    assert all(speed.run_steps_per_second and speed.run_steps_per_second > 0 for speed in report.speeds)
    assert report.race_seconds is not None
    assert report.race_seconds > 0
    assert report.warnings == ()


def test_one_core_is_measured_once_and_warned_of_variables() -> None:
    report = measure_all(0.01, [NUMPY], [TINY], 1, {"OPENBLAS_CORETYPE": "Haswell"}, {"pg": 1, "race": 1})
    assert len(report.speeds) == 1
    assert "unset OPENBLAS_CORETYPE" in report.warnings[0]


def test_what_cannot_be_measured_says_why() -> None:
    gpu, fast = (measure(TINY, way, 1, 2, 0.01) for way in WAYS[1:][::-1])
    for speed in (gpu, fast):
        assert (speed.run_steps_per_second is None) == bool(speed.reason)


def test_a_process_that_breaks_off_is_said() -> None:
    speed = measure(Net("bad", (2, 3, 2), "no_such", 32, 8), NUMPY, 1, 2, 0.01)
    assert (speed.run_steps_per_second, speed.reason) == (None, "the process broke off")


def test_a_process_that_is_not_ready_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.bench, "WARM_SECONDS", 0.0)
    assert measure(TINY, NUMPY, 1, 2, 0.01).reason.startswith("not ready after 0 s")


def test_the_race_is_the_built_in_experiment() -> None:
    config = default_experiment()
    assert RACE.sizes[1:-1] == tuple(config.model.hidden)
    assert (RACE.activation, RACE.batch) == (config.model.activation, config.training.batch_size)
    assert (RACE.optimizer, RACE.learning_rate) == (config.optimizer.name, config.optimizer.learning_rate)
    assert config.training.epochs is not None
    assert -(-int(1797 * config.data.split.train) // RACE.batch) * config.training.epochs == RACE_STEPS
    assert {net.name for net in (PG, DG, RACE)} == RUNS.keys()


def test_the_table_says_figures_reasons_meaning_and_warnings() -> None:
    stream = io.StringIO()
    print_report(REPORT, Console(file=stream, width=120))
    shown = stream.getvalue()
    for text in (
        "A processor, 2 cores usable",
        "2 processes",
        "123,000",
        "235,000",
        "Not measured with GPU: CuPy is not installed.",
        "take about 1.5 s here",
        "! SLOW is set: unset SLOW",
    ):
        assert text in shown


def test_nothing_measured_means_nothing() -> None:
    assert meaning(Report("x", 1, (), None, ())) == ""
    assert "about 25 s" in meaning(Report("x", 1, (), 25.3, ()))


def test_json_holds_everything() -> None:
    found = json.loads(as_json(REPORT))
    assert found["speeds"][1]["run_steps_per_second"] == 234_567.0
    assert found["speeds"][2]["reason"] == "no GPU: CuPy is not installed"
    assert found["race_seconds"] == 1.5


@pytest.mark.parametrize("arguments", [["bench"], ["bench", "--json"]])
def test_the_command_prints_it(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab.bench_report, "measure_all", lambda: REPORT)
    assert lab.cli.main(arguments) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("{") is (len(arguments) == 2)
    assert "A processor" in shown


def test_ctrl_c_stops_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(lab.bench_report, "measure_all", interrupted)
    assert lab.cli.main(["bench"]) == 130
    assert "Stopped" in capsys.readouterr().err


def test_processes_have_one_blas_thread_and_import_nothing_before() -> None:
    code = "import sys, lab.bench_process; print('numpy' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_processor_and_its_cores_have_names() -> None:
    assert lab.bench.processor_name()
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def test_ways_are_told_apart() -> None:
    assert Way("NumPy") == NUMPY
    assert [way.name for way in WAYS] == ["NumPy", "fast", "GPU"]

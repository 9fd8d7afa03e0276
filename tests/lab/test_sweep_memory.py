"""What a sweep needs in memory is told beforehand, and refused where there is less."""

from __future__ import annotations

import os
import queue
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compute.backend import select_device
from compute.memory import training_bytes
from lab import memory, trainer_data
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.memory import available_bytes, memory_refusal, sweep_bytes
from lab.messages import DeviceReport, Prepare, Prepared, Refused, Start
from lab.number_text import bytes_text
from lab.pool import TrainerPool
from lab.session import Session
from lab.sweep import Sweep, plan_sweep, prepare_data
from lab.trainer_data import DataThread, Layout
from tests.lab.recorded_runs import tiny_config

ADAM = {"optimizer.name": "adam", "optimizer.learning_rate": 1e-4, "losses.1.name": "brier"}
DIGITS = {**ADAM, "data.name": "digits", "training.batch_size": 64, "model.hidden": [64]}


def config_of(changes: Mapping[str, Any]) -> ExperimentConfig:
    return apply_changes(tiny_config(), changes)


def one_seed(config: ExperimentConfig) -> Sweep:
    config = apply_changes(config, {"seeds.count": 1})
    return plan_sweep(config, prepare_data(config), select_device("cpu"))


def need(changes: Mapping[str, Any], seeds: int, processes: int = 1) -> int:
    return sweep_bytes(one_seed(config_of(changes)), seeds, processes)


# --- the formula ------------------------------------------------------------------------------------
def test_parameters_decide_where_there_are_many() -> None:
    # 4,096 runs of 64-64-10 with Adam: initial values twice, and five arrays of parameters
    parameters = 65 * 64 + 65 * 10
    kept = 4096 * parameters * 7 * 4
    assert kept < need(DIGITS, 2048) < 1.25 * kept
    assert need(DIGITS, 2048) < 1.5e9
    doubled = need({**DIGITS, "training.precision": "float64"}, 2048)
    assert 1.8 < doubled / need(DIGITS, 2048) < 2.1


def test_more_of_anything_needs_more() -> None:
    least = need(DIGITS, 8)
    assert need(DIGITS, 9) > least
    assert need(DIGITS, 8, processes=2) > least
    assert need({**DIGITS, "model.hidden": [80]}, 8) > least
    assert need({**DIGITS, "training.evaluate_test": True}, 8) > least
    assert need({**DIGITS, "training.batch_size": 512}, 1) > need(DIGITS, 1)
    assert need({**DIGITS, "optimizer.name": "sgd", "optimizer.learning_rate": 0.1}, 8) < least


def test_large_data_are_counted_for_every_process_but_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = [need({"data.samples": 20_000}, 1, processes) for processes in (1, 2)]
    monkeypatch.setattr(memory, "WARM_NUMBERS", 100)
    together = [need({"data.samples": 20_000}, 1, processes) for processes in (1, 2)]
    assert together[0] == apart[0]
    assert together[1] - apart[1] >= 2 * 20_000 * 3 * 8  # two inputs and a target, as loaded and as split


def test_no_runs_need_nothing_and_are_refused() -> None:
    ((_, plan),) = one_seed(config_of(ADAM)).plans
    for runs, orders in ((0, 1), (3, 0)):
        with pytest.raises(ValueError, match="runs and seeds"):
            training_bytes(plan, runs, orders)


SHAPES = {
    "512 runs of 64-64-10": (DIGITS, 256),
    "4,096 runs of 64-64-10": (DIGITS, 2048),
    "512 runs of 2-8-8-2": (
        {**ADAM, "data.samples": 4096, "training.batch_size": 32, "model.hidden": [8, 8]}, 256,
    ),
    "32 runs of 64-256-256-10": ({**DIGITS, "model.hidden": [256, 256], "training.batch_size": 256}, 16),
}  # fmt: skip


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_estimate_is_within_a_fifth_of_what_is_measured(shape: str, workers: int) -> None:
    changes, seeds = SHAPES[shape]
    changes = {**changes, "seeds.count": seeds, "training.steps": 10**6, "training.evaluate_every": 20}
    session = Session("cpu", config=config_of(changes), trainer=TrainerPool(workers))
    pids = session._trainer.pids  # type: ignore[attr-defined]
    try:
        until = time.monotonic() + 1.5  # everyone has loaded the data
        while time.monotonic() < until or session.state != "ready":
            session.advance()
            time.sleep(0.01)
        pids = session._trainer.pids  # type: ignore[attr-defined]
        assert len(pids) == workers
        before = sum(resident(pid) for pid in pids)
        session.start()
        deadline = time.monotonic() + 120
        while session.step < 60:
            session.advance()
            assert time.monotonic() < deadline, (session.state, session.problem)
            time.sleep(0.01)
        grown = sum(resident(pid) for pid in pids) - before
    finally:
        session.close()
    assert session.memory == pytest.approx(grown, rel=0.2), (
        f"{session.memory / 1e6:.0f} for {grown / 1e6:.0f}"
    )
    if seeds == 2048:
        assert before + grown < 1.5e9


# --- what there is ----------------------------------------------------------------------------------
def system(root: Path, **files: str) -> Path:
    for name, text in {"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    4000 kB\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what is available")


@needs_linux
def test_what_the_system_has(tmp_path: Path) -> None:
    assert available_bytes(system(tmp_path)) == 4_096_000
    here = available_bytes()
    assert here is not None
    assert here > 10**7


@needs_linux
def test_a_container_has_less(tmp_path: Path) -> None:
    group = "sys/fs/cgroup/some/group"
    root = system(
        tmp_path,
        **{
            "proc/self/cgroup": "0::/some/group\n",
            f"{group}/memory.max": "max\n",
            f"{group}/memory.current": "5000\n",
            "sys/fs/cgroup/some/memory.max": "1000000\n",
            "sys/fs/cgroup/some/memory.current": "300000\n",
            "sys/fs/cgroup/some/memory.stat": "anon 200000\ninactive_file 50000\n",
        },
    )
    assert available_bytes(root) == 750_000


@needs_linux
def test_a_container_of_the_older_kind(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        **{
            "proc/self/cgroup": "5:cpu:/x\n4:memory:/x\n",
            "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "900000\n",
            "sys/fs/cgroup/memory/x/memory.usage_in_bytes": "1000000\n",
        },
    )
    assert available_bytes(root) == 0


@needs_linux
def test_nothing_to_be_known(tmp_path: Path) -> None:
    assert available_bytes(tmp_path) is None
    config = config_of(ADAM)
    assert memory_refusal(config, one_seed(config), 1, None) is None


# --- what is said -----------------------------------------------------------------------------------
def test_a_refusal_names_what_fits() -> None:
    config = config_of({**DIGITS, "seeds.count": 1000, "training.precision": "float64"})
    sweep = one_seed(config)
    fits = sweep_bytes(sweep, 1000, 2)
    assert memory_refusal(config, sweep, 2, 2 * fits) is None
    problem = memory_refusal(config, sweep, 2, fits // 2)
    assert problem is not None
    assert "2000 runs" in problem.title
    assert bytes_text(fits) in problem.body
    fewer, single = (apply_changes(config, remedy.changes) for remedy in problem.remedies)
    assert memory_refusal(fewer, one_seed(fewer), 2, fits // 2) is None
    assert 300 < fewer.seeds.count < 500
    assert single.training.precision == "float32"
    hopeless = memory_refusal(config, sweep, 2, 1000)
    assert hopeless is not None
    assert [remedy.changes for remedy in hopeless.remedies] == [{"training.precision": "float32"}]


def answer(thread_jobs: list[Prepare | Start], count: int, processes: int = 1) -> list[object]:
    results: queue.Queue[object] = queue.Queue()
    thread = DataThread(results.put, processes)
    for job in thread_jobs:
        thread.put(job)
    found = [results.get(timeout=20) for _ in range(count)]
    return [result for result in found if not isinstance(result, DeviceReport)]


def test_more_than_fits_is_said_when_data_are_prepared_and_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer_data, "ROOM_SECONDS", 0.0)
    monkeypatch.setattr(trainer_data, "available_bytes", lambda: 10_000_000)
    config = config_of({**DIGITS, "seeds.count": 500})
    prepared, refused = answer([Prepare(1, config, "cpu"), Start(2, config, "cpu")], 3)
    assert isinstance(prepared, Prepared)
    assert prepared.problem is not None
    assert "need more memory" in prepared.problem.title
    assert prepared.memory > 10_000_000
    assert isinstance(refused, Refused)
    assert refused.problem == prepared.problem


def test_a_start_waits_for_what_is_being_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = iter([10_000_000, 10_000_000, 10**10])
    monkeypatch.setattr(trainer_data, "available_bytes", lambda: next(rooms))
    config = config_of({**DIGITS, "seeds.count": 500})
    (layout,) = answer([Start(2, config, "cpu")], 2)
    assert isinstance(layout, Layout)


def test_what_is_trained_now_does_not_stand_in_the_way_of_what_comes_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = config_of({**DIGITS, "seeds.count": 500})
    rooms = iter([10**10, 50_000_000])
    monkeypatch.setattr(trainer_data, "available_bytes", lambda: next(rooms))
    _, prepared = answer([Start(1, config, "cpu"), Prepare(2, config, "cpu")], 3)
    assert isinstance(prepared, Prepared)
    assert prepared.problem is None

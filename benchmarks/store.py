"""How soon stored runs are listed and their curves read, and what keeping costs who trains.

Each figure is the median of rounds in which ours and its peer take turns on a store made for it.

- 10 million recorded points (10 runs × 8 channels × 125,000 steps) from their file into curves ready to
  draw, against the same values from Parquet (zstd) by polars, put into the same curves.
- 10,002 runs of 1,667 experiments listed by a store that was just opened, against ``SELECT *`` of the table
  of runs; then listed again, sorted and filtered; and listed after another run was tagged.
- A chunk of 6 runs × 1,000 steps handed over: time that the one who polls waits, and what the keeping thread
  needs for it, against what the chunk costs the session itself.

``PYTHONPATH=. .venv/bin/python benchmarks/store.py [--quick] [--json FILE]``
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measurement import Measurement, measured, print_rows, ratios, save
from compute.plan import Chunk, Evaluation
from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.experiment_file import default_experiment
from lab.messages import DataSummary, DeviceReport, Ended, Recorded, RunInfo, Start, Started
from lab.recording import STEP_METRICS
from lab.session_state import Trainer
from lab.store.curve_files import CurveWriter
from lab.store.curve_reading import CurveReader
from lab.store.extremes import Extremes
from lab.store.keeper import Keeper
from lab.store.keeping import KeepingTrainer
from lab.store.kept_messages import Begun
from lab.store.owner import this_process
from lab.store.records import Progress, insert_experiment, new_id, release, update_experiment
from lab.store.resting import put_to_rest
from lab.store.store import Store

CHANNELS = (*STEP_METRICS, "gradient_norm/0", "gradient_norm/1", "gradient_norm/2")
RUNS, STEPS = 10, 125_000
EXPERIMENTS = 1_667


def seconds_of(act: Callable[[], object]) -> float:
    """Return the seconds that something takes, with no rubbish waiting to be collected."""
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def milliseconds(name: str, seconds: Sequence[float], **more: object) -> Measurement:
    """Return a row in milliseconds."""
    return measured("store", name, [1e3 * value for value in seconds], unit="ms", **more)


# --- curves ---------------------------------------------------------------------------------------
def infos(runs: int) -> tuple[RunInfo, ...]:
    return tuple(RunInfo(run, run % 2, run // 2, 0.1, ("1", "2", "out"), 42) for run in range(runs))


def ten_million() -> np.ndarray:
    """Return curves (C, R, T) that fall with noise, as curves do."""
    random = np.random.default_rng(0)
    falling = np.exp(-np.linspace(0, 5, STEPS, dtype=np.float32))
    values = falling * (1 + 0.1 * random.standard_normal((len(CHANNELS), RUNS, STEPS), dtype=np.float32))
    values[STEP_METRICS.index("learning_rate")] = 0.1
    return values


def measure_curves(folder: Path, rounds: int) -> list[Measurement]:
    values, seconds = ten_million(), np.arange(STEPS) * 1e-4
    path, parquet = folder / "ten_million.curves", folder / "ten_million.parquet"
    writer = CurveWriter(path, infos(RUNS), 100)
    for first in range(0, STEPS, 1000):
        part = slice(first, first + 1000)
        writer.append_rows(
            range(RUNS), CHANNELS, np.arange(first, first + 1000), seconds[part], values[:, :, part]
        )
    writer.close()
    plain_bytes = path.stat().st_size
    plain = [seconds_of(lambda: CurveReader(path)) for _ in range(rounds)]
    put_to_rest(path)
    columns = {
        f"{channel}/{run}": values[place, run]
        for place, channel in enumerate(CHANNELS)
        for run in range(RUNS)
    }
    pl.DataFrame({"seconds": seconds, **columns}).write_parquet(parquet, compression="zstd")

    def peer() -> None:
        table = pl.read_parquet(parquet)
        read = np.stack([table[name].to_numpy() for name in columns]).reshape(len(CHANNELS), RUNS, STEPS)
        curves = Curves(infos(RUNS), 100)
        curves.append_rows(range(RUNS), CHANNELS, np.arange(STEPS), table["seconds"].to_numpy(), read)

    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds_of(lambda: CurveReader(path)))
        theirs.append(seconds_of(peer))
    sizes = f"{plain_bytes / 1e6:.0f} MB while written, {path.stat().st_size / 1e6:.0f} MB at rest"
    return [
        milliseconds("10⁷ points, ready to draw, as written", plain, at_most=1000),
        milliseconds("10⁷ points, ready to draw, at rest", ours, at_most=1000, note=sizes),
        measured("store", "10⁷ points: Parquet by polars / ours", ratios(theirs, ours), at_least=0.5,
                 note=f"{parquet.stat().st_size / 1e6:.0f} MB of Parquet"),
    ]  # fmt: skip


# --- listing --------------------------------------------------------------------------------------
def summary() -> DataSummary:
    nothing = np.empty(0)
    return DataSummary(
        "digits", "classification", 1797, 64, 10, 1258, 270, 269, (), (), (), 0, np.empty((0, 64)), nothing,
        nothing.astype(np.int8), nothing.astype(bool), (),
    )  # fmt: skip


def started(config: ExperimentConfig, runs: int) -> Started:
    return Started(1, infos(runs), 1600, 40, DeviceReport("cpu", "CPU · NumPy"), summary())


def fill(store: Store) -> None:
    """Enter experiments of six runs, with values of nineteen metrics."""
    config, random, owner = default_experiment(), np.random.default_rng(0), this_process()
    evaluated = [f"{split}_{name}" for split in ("train", "validation") for name in
                 ("loss", "nll", "brier", "mae", "accuracy")]  # fmt: skip
    metrics = [*CHANNELS, *evaluated]
    with store.database.writing() as (connection, change):
        for _ in range(EXPERIMENTS):
            identity, extremes = new_id(), Extremes(6)
            extremes.note(range(6), metrics, random.random((len(metrics), 6, 2)))
            insert_experiment(connection, change, identity, config, started(config, 6), owner)
            progress = Progress.begun(6).now("finished", "finished")
            update_experiment(connection, change, identity, progress, extremes)
            release(connection, "experiments", identity)


def sort_and_filter(store: Store) -> None:
    rows = [row for row in store.runs() if row.fields["loss.name"] == "brier" and row.last["train_nll"] < 0.5]
    rows.sort(key=lambda row: row.best["validation_accuracy"])
    assert 0 < len(rows) < 3 * EXPERIMENTS


def measure_listing(folder: Path, rounds: int) -> list[Measurement]:
    fill(Store(folder))
    peer = sqlite3.connect(folder / "runs.sqlite")
    cold, theirs, whole, changed = [], [], [], []
    for round_ in range(rounds):
        store = Store(folder)
        cold.append(seconds_of(store.runs))
        theirs.append(seconds_of(lambda: peer.execute("SELECT * FROM runs").fetchall()))
        whole.append(seconds_of(partial(sort_and_filter, store)))
        store.annotate([store.runs()[5000].key], add_tags=(f"round {round_}",))
        changed.append(seconds_of(store.runs))
        store.close()
    peer.close()
    runs = f"{6 * EXPERIMENTS:,}".replace(",", "\u2009")
    return [
        milliseconds(f"{runs} runs listed, just opened", cold, at_most=100),
        measured("store", f"{runs} runs: SQLite's SELECT * / ours", ratios(theirs, cold),
                 note="ours also makes the rows of a table of it"),
        milliseconds(f"{runs} runs listed again, filtered, sorted", whole, at_most=100),
        milliseconds(f"{runs} runs listed after a change", changed, at_most=100),
    ]  # fmt: skip


# --- keeping --------------------------------------------------------------------------------------
class Literal:
    """A trainer that hands out what it is given."""

    alive = True

    def __init__(self) -> None:
        self.waiting: list[object] = []

    def start(self) -> None:
        """Nothing is to be started."""

    def send(self, command: object) -> None:
        """Nothing obeys."""

    def poll(self) -> list[object]:
        """Hand out what there is, once."""
        events, self.waiting = self.waiting, []
        return events

    def close(self) -> None:
        """Nothing is to be closed."""


def chunks(count: int, steps: int = 1000, runs: int = 6) -> list[Recorded]:
    random = np.random.default_rng(0)
    made = []
    for first in range(0, count * steps, steps):
        value = random.random((steps, runs), dtype=np.float32)
        layers = np.repeat(value[:, :, None], 3, axis=2)
        seconds = np.arange(first, first + steps) * 1e-5
        metrics = {
            f"validation_{name}": random.random(runs) for name in ("loss", "nll", "brier", "mae", "accuracy")
        }
        evaluated = Evaluation(first, float(seconds[0]), metrics, np.ones((runs, 10, 10), dtype=np.int64))
        chunk = Chunk(first, value, value, value, layers, value, value, seconds, (evaluated,))
        made.append(Recorded(tuple(range(runs)), chunk))
    return made


def measure_keeping(folder: Path, rounds: int) -> list[Measurement]:
    config, told = default_experiment(), chunks(100)
    waits, keeps, shows = [], [], []
    for _ in range(rounds):
        inner = Literal()
        trainer = KeepingTrainer(inner, Store(folder))  # type: ignore[arg-type]
        trainer.send(Start(1, config))
        inner.waiting = [started(config, 6)]
        trainer.poll()
        for event in told:
            inner.waiting = [event]
            waits.append(seconds_of_call(trainer))
        inner.waiting = [Ended("finished", 100_000, 1.0)]
        trainer.poll()
        trainer.close()
        keeper = Keeper(folder, None, "", lambda problem: None)
        keeper.take(Begun(new_id(), config, started(config, 6)))
        keeps.append(seconds_of(lambda keeper=keeper: [keeper.take(event) for event in told]) / len(told))
        keeper.close()
        curves = Curves(infos(6), 40)
        shows.append(
            seconds_of(lambda curves=curves: [curves.append(event.runs, event.chunk) for event in told])
            / len(told)
        )
    size = "a chunk of 6 runs × 1000 steps, 168 kB"
    return [
        milliseconds("polling, with a chunk to keep", waits, at_most=0.1, note=size),
        milliseconds("keeping a chunk, in its thread", keeps, note=size),
        measured("store", "a chunk: the session's curves / keeping it", ratios(shows, keeps)),
    ]  # fmt: skip


def seconds_of_call(trainer: Trainer) -> float:
    """Return the seconds of one poll; nothing is collected before it, as in the window."""
    began = time.perf_counter()
    trainer.poll()
    return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; with ``--json``, write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three rounds instead of nine")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    options = parser.parse_args(arguments)
    rounds = 3 if options.quick else 9
    rows: list[Measurement] = []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".store-") as folder:
        for name, measure in (
            ("curves", measure_curves),
            ("list", measure_listing),
            ("keep", measure_keeping),
        ):
            place = Path(folder) / name
            place.mkdir()
            rows += measure(place, rounds)
    print_rows(rows)
    if options.json is not None:
        save(rows, options.json)


if __name__ == "__main__":
    main()

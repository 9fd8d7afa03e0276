"""Runs as a store lists them, made by hand: for tests and for measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compute.problems import Problem, ProblemError
from lab.store.rows import ExperimentRow, RunKey, RunRow
from lab.store.store import Deletion

LOSSES = (("Cross-entropy", "CE", "cross_entropy"), ("Brier, sum", "Brier", "brier"), ("MAE", "MAE", "mae"))
DAY = 1_764_000_000.0


def experiment(number: int = 0, **changes: object) -> ExperimentRow:
    made = ExperimentRow(
        f"e{number:05d}", "train", None, "", f"Digits {number}", "", DAY + 60 * number, 8.25, "finished",
        "cpu", "CPU · NumPy", 1600, 1600, 40, 15, {"losslab": "1.0"},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def run(
    index: int = 0, of: ExperimentRow | None = None, *, loss: int = 0, seed: int = 1, rate: float = 0.1,
    accuracy: float = 0.9, fields: dict[str, object] | None = None, **changes: object,
) -> RunRow:  # fmt: skip
    of = of or experiment()
    label, short, name = LOSSES[loss]
    every = {
        "data.name": "digits", "data.split.by_run": False, "model.hidden": "32 · 32", "loss.name": name,
        "loss.scale": 1.0, "training.batch_size": 32, "training.target": None, "training.clip": None,
        **(fields or {}), "seed": seed, "optimizer.learning_rate": rate,
    }  # fmt: skip
    made = RunRow(
        (of.id, index), of, label, short, loss, loss + 1, seed, rate, "finished", None, of.step, of.seconds,
        every, {"validation_accuracy": 0.1, "loss": 2.0},  # type: ignore[arg-type]
        {"validation_accuracy": accuracy, "loss": 0.1}, {"validation_accuracy": accuracy + 0.01, "loss": 0.1},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def many(count: int, seeds: int = 10) -> list[RunRow]:
    """Experiments of three losses, several seeds and rates, until there are ``count`` runs."""
    generator = np.random.default_rng(7)
    rows: list[RunRow] = []
    for number in range(-(-count // (3 * seeds))):
        rate = (0.01, 0.03, 0.1, 0.3)[number % 4]
        of = experiment(number)
        for index in range(3 * seeds):
            loss, seed = divmod(index, seeds)
            accuracy = float(generator.uniform(0.5, 0.99))
            rows.append(run(index, of, loss=loss, seed=seed + 1, rate=rate, accuracy=accuracy))
    return rows[::-1][-count:]


class FakeStore:
    """The part of a store that the browser uses, in memory."""

    def __init__(self, rows: Sequence[RunRow] = ()) -> None:
        self.version = 0
        self.kept = list(rows)
        self.deleted: dict[RunKey, RunRow] = {}
        self.problem: Problem | None = None

    def runs(self) -> Sequence[RunRow]:
        if self.problem is not None:
            raise ProblemError(self.problem)
        return tuple(self.kept)

    def show(self, rows: Sequence[RunRow]) -> None:
        self.kept, self.version = list(rows), self.version + 1

    def annotate(self, keys, name=None, note=None, add_tags=(), remove_tags=(), starred=None,
                 colour="unchanged"):  # fmt: skip
        self._check(keys)
        for place, row in enumerate(self.kept):
            if row.key in keys:
                tags = [tag for tag in dict.fromkeys((*row.tags, *add_tags)) if tag not in remove_tags]
                self.kept[place] = replace(
                    row,
                    name=row.name if name is None else name,
                    note=row.note if note is None else note,
                    tags=tuple(tags),
                    starred=row.starred if starred is None else starred,
                    colour=row.colour if colour == "unchanged" else colour,
                )
        self.version += 1

    def delete(self, keys):
        keys = tuple(keys)
        self._check(keys)
        self.deleted |= {row.key: row for row in self.kept if row.key in keys}
        self.show([row for row in self.kept if row.key not in keys])
        return Deletion(keys, 1.0)

    def restore(self, deletion):
        for key in deletion.keys:
            self.kept.append(self.deleted.pop(key))
        self.version += 1

    def _check(self, keys) -> None:
        known = {row.key for row in self.kept}
        if self.problem is not None:
            raise ProblemError(self.problem)
        if not set(keys) <= known:
            raise ProblemError(Problem("The store has no such run", "It was removed for good."))

"""Bundles for tests."""

from __future__ import annotations

from pathlib import Path

from compute.plan import RunEnd
from lab.bundle.writing import write_bundle
from lab.config_changes import apply_changes
from lab.messages import Ended
from lab.store.experiment import StoredExperiment
from lab.store.store import Store
from tests.lab.recorded_runs import tiny_config
from tests.lab.store.kept import Kept


def stored_experiment(folder: Path) -> StoredExperiment:
    """An experiment in a store of its own, with a run that diverged."""
    store = Store(folder / "store")
    kept = Kept(store)
    kept.begin()
    kept.tell(kept.rows(), kept.rows(5, 20, ended=(RunEnd(1, 23, "diverged", 1, float("inf")),)))
    kept.tell(Ended("finished", 25, 1.5))
    kept.close()
    return store.experiment(kept.trainer.experiment_id)


def bundle_with_data(folder: Path) -> Path:
    """A bundle of an experiment that reads a file, which is gone by now."""
    table = folder / "my ../table v1.csv"
    table.parent.mkdir()
    table.write_text("a,b,y\n" + "".join(f"{n},{n % 3},{n % 2}\n" for n in range(40)))
    config = apply_changes(tiny_config(), {"data.name": "file", "data.path": str(table)})
    kept = Kept(Store(folder / "other"), config)
    kept.finished()
    write_bundle(kept.session, folder / "data.losslab")
    kept.close()
    table.unlink()
    return folder / "data.losslab"

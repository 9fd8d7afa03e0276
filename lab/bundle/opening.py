"""Opening a bundle: its experiment ready to run on this machine, and its runs in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lab.bundle.keeping import keep_bundle
from lab.bundle.reading import Bundle, read_bundle
from lab.bundle.record import SUFFIX
from lab.config import ExperimentConfig
from lab.number_text import thousands
from lab.store.store import Store


def is_bundle(path: Path) -> bool:
    """Whether a file is named like a bundle."""
    return path.suffix.lower() == SUFFIX


@dataclass(frozen=True)
class Opened:
    """An opened bundle, and its experiment as it reads its data on this machine."""

    bundle: Bundle
    config: ExperimentConfig

    def keep(self, store: Store) -> str:
        """Take its runs into the store and return their identity; errors as `keep_bundle`."""
        return keep_bundle(store, self.bundle, self.config)

    @property
    def contents(self) -> str:
        """What it holds, as a sentence."""
        bundle = self.bundle
        count = len(bundle.runs)
        when = datetime.fromtimestamp(bundle.origin.created).astimezone()
        where = "" if bundle.device is None else f" on {bundle.device.label}"
        version = bundle.versions.get("losslab", "")
        by = f" with Loss Lab {version}" if version else ""
        runs = f"{thousands(count)} run{'' if count == 1 else 's'}"
        return f"{runs} of {when:%Y-%m-%d %H:%M}{where}{by}."


def open_bundle(path: Path) -> Opened:
    """Read a bundle; a data file in it is written to the person's data folder, where the experiment reads it.

    Raises
    ------
    ProblemError
        As `lab.bundle.reading.read_bundle`, and where that folder cannot be written.
    """
    bundle = read_bundle(path)
    return Opened(bundle, bundle.unpack(bundle.home) if bundle.about.data else bundle.run_config)

"""A stored experiment as plots, summaries and exports take it: like a session that has ended."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.experiment_file import parse_experiment
from lab.messages import DataSummary, DeviceReport, Field, Problem
from lab.number_text import thousands
from lab.session_state import OVER
from lab.snapshots import Snapshots
from lab.store.curve_reading import CurveReader
from lab.store.kept_messages import WentOn
from lab.store.rows import ExperimentRow
from lab.store.snapshot_reading import DAMAGED, SnapshotReader
from lab.store.summaries import unpack_summary
from lab.view_options import Confusion, RunState


class StoredExperiment:
    """An experiment of the store; satisfies `lab.exporting.results_file.ResultSource`.

    Configuration, summary and curves are read when they are first asked for.

    Parameters
    ----------
    row
        What the store lists of it.
    runs
        All its runs, also those that are deleted.
    device
        Where it was computed.
    interventions
        What was changed by hand while it ran.
    config_text
        Its configuration, as TOML.
    command, system
        How the program was called, and on which operating system.
    packed_summary
        Facts and arrays of its data.
    path, snapshots
        Files of its curves and of its parameters.
    """

    field: Field | None = None
    """Decision surfaces are not kept."""

    def __init__(
        self,
        row: ExperimentRow,
        runs: Sequence[RunState],
        device: DeviceReport,
        interventions: tuple[str, ...],
        config_text: str,
        command: str,
        system: str,
        packed_summary: tuple[str, bytes],
        path: Path,
        snapshots: Path,
    ) -> None:
        self.row = row
        self.id = self.stored_as = row.id
        self.runs = tuple(runs)
        self.device = device
        self.interventions = interventions
        self.config_text = config_text
        self.command, self.system = command, system
        self.versions, self.created = row.versions, row.created
        self.step, self.seconds, self.state = row.step, row.seconds, row.state
        self.planned_steps, self.steps_per_epoch = row.planned_steps, row.steps_per_epoch
        self._packed_summary = packed_summary
        self._path, self._snapshot_path = path, snapshots
        self._snapshots = Snapshots(self._read_snapshots)

    @cached_property
    def run_config(self) -> ExperimentConfig:
        """Its configuration.

        Raises
        ------
        ProblemError
            Where this version of the program does not know something in it.
        """
        return parse_experiment(self.config_text, self.row.name)

    @cached_property
    def summary(self) -> DataSummary:
        """Its data."""
        return unpack_summary(*self._packed_summary)

    @cached_property
    def _reader(self) -> CurveReader:
        return CurveReader(self._path)

    @property
    def curves(self) -> Curves:
        """Every recorded step, with the parameters that are kept; these are read when they are asked for.

        Raises
        ------
        ProblemError
            Where its file cannot be read.
        """
        curves = self._reader.curves
        curves.steps_per_epoch = self.steps_per_epoch
        curves.snapshots = self._snapshots
        return curves

    @property
    def confusion(self) -> Confusion | None:
        """The latest confusion counts."""
        return self._reader.confusion

    @property
    def damaged(self) -> bool:
        """Whether its curves end in bytes that are none, or early though their writing was not cut short."""
        return self._damaged(self._reader.ending)

    def _damaged(self, ending: str) -> bool:
        """Whether a file that ends so is damaged: only an interruption cuts its writing short."""
        return ending == "damaged" or (ending == "torn" and self.state in ("finished", "stopped"))

    @property
    def curve_bytes(self) -> int:
        """Bytes of the file of its curves; 0 where there is none."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    @property
    def incomplete(self) -> Problem | None:
        """What of its curves and parameters is missing, or ``None``; errors as `curves`."""
        name, recorded = self.row.name, self._recorded
        if self.step and not recorded:
            why = "Their file is not in the store any more."
            if self._path.exists():
                why = f"Nothing can be read of {self._path}."
            return Problem(f"The curves of {name} are missing", f"{why} Run it again to see them.")
        if self.damaged:
            return Problem(
                f"The curves of {name} are damaged", "What was recorded before the damage is shown."
            )
        if self.state in OVER and recorded < self.step:
            return Problem(
                f"The curves of {name} are not whole",
                f"They end at step {thousands(recorded)} of {thousands(self.step)}. What was kept is shown.",
            )
        return self._lacking_parameters

    @property
    def _lacking_parameters(self) -> Problem | None:
        """What of its parameters cannot be read, or ``None``; that none were kept is no damage."""
        reader, name = self._snapshot_reader, self.row.name
        known = reader.snapshots
        if known.absence == DAMAGED:
            return Problem(
                f"The parameters of {name} cannot be read",
                "Its curves are shown. Run it again to look inside with instruments.",
            )
        if not self._damaged(reader.ending):
            return None
        last = max((int(known.steps(run)[-1]) for run in known.runs), default=0)
        return Problem(
            f"The parameters of {name} are damaged",
            f"Its curves are shown, and instruments look inside up to step {thousands(last)}. "
            "Run it again to look inside later.",
        )

    @property
    def _recorded(self) -> int:
        """Steps up to which something was recorded."""
        tracks = self._reader.curves.all_tracks()
        return max(
            (int(track.steps[-1]) + (not evaluated) for track, evaluated in tracks if track.length), default=0
        )

    @cached_property
    def _snapshot_reader(self) -> SnapshotReader:
        return SnapshotReader(self._snapshot_path, [run.info for run in self.runs], self._snapshots)

    def _read_snapshots(self, _: Snapshots) -> None:
        """Have the parameters read."""
        assert self._snapshot_reader is not None

    @property
    def went_on(self) -> WentOn | None:
        """Settings and data by which the runs went on, where they were changed while they trained."""
        return self._snapshot_reader.went_on

    def as_it_went_on(self) -> StoredExperiment:
        """Return this with the settings and data that held last, as a session has them.

        Where nothing was changed while it trained that is the experiment itself.
        """
        if self.went_on is None:
            return self
        other = copy(self)
        other.__dict__.update(run_config=self.went_on.config, summary=self.went_on.summary)
        return other

    def catch_up(self) -> bool:
        """Read curves that were added since they were read; return whether there were any."""
        return self._reader.catch_up()

"""The experiment as a person edits it: its file, whether it was changed, undo and redo."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from compute.problems import Problem, ProblemError, Remedy
from lab.branching import check_branch
from lab.bundle.ending import BUNDLED_DATA, is_bundle
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import default_experiment, read_experiment, write_experiment
from lab.form_limits import FormLimits

LARGEST_HISTORY = 200


@dataclass(frozen=True)
class Version:
    """A state to go back to: the experiment, its file, what stands in that file, and what is settled.

    ``number`` stays the same while one experiment is edited; another one that is opened, begun or adopted
    has its own.
    """

    config: ExperimentConfig
    path: Path | None
    saved: ExperimentConfig
    limits: FormLimits | None = None
    number: int = 0


class EditedConfig:
    """An experiment with its file and its history.

    Parameters
    ----------
    config
        To begin with; the built-in one by default.

    Attributes
    ----------
    now
        The present version.
    """

    def __init__(self, config: ExperimentConfig | None = None) -> None:
        config = config or default_experiment()
        self.now = Version(config, None, config)
        self._undo: list[Version] = []
        self._redo: list[Version] = []
        self._numbers = itertools.count(1)

    @property
    def edited(self) -> bool:
        """Whether the experiment differs from its file, or from the built-in one it began as."""
        return self.now.config != self.now.saved

    @property
    def built_in(self) -> bool:
        """Whether it is the built-in experiment, unchanged and without a file of its own."""
        return self.now.path is None and self.now.config == default_experiment()

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to do again."""
        return bool(self._redo)

    def _become(self, version: Version) -> None:
        self._undo.append(self.now)
        del self._undo[:-LARGEST_HISTORY]
        self._redo.clear()
        self.now = version

    def apply(self, changes: Mapping[str, Any], *, continues: bool = False) -> Problem | None:
        """Change the experiment; on a problem nothing has changed.

        An edit that ``continues`` the one before is taken back together with it.
        """
        try:
            config = apply_changes(self.now.config, changes)
            check_branch(config)
        except ProblemError as error:
            return error.problem
        if config != self.now.config:
            problem = None if self.now.limits is None else self.now.limits.refusal(self.now.config, config)
            if problem is not None:
                return problem
            version = replace(self.now, config=config)
            if continues and self._undo:
                self._redo.clear()
                self.now = version
            else:
                self._become(version)
        return None

    def undo(self) -> bool:
        """Go back a version; whether there was one."""
        if not self._undo:
            return False
        self._redo.append(self.now)
        self.now = self._undo.pop()
        return True

    def redo(self) -> bool:
        """Go forward a version; whether there was one."""
        if not self._redo:
            return False
        self._undo.append(self.now)
        self.now = self._redo.pop()
        return True

    def new(self, config: ExperimentConfig | None = None) -> None:
        """Begin with an experiment without a file. Undo brings the present one back."""
        config = config or default_experiment()
        self._become(Version(config, None, config, number=next(self._numbers)))

    def adopt(self, config: ExperimentConfig, limits: FormLimits | None = None) -> bool:
        """Take over another experiment's settings, and what is settled in it; whether that differs."""
        version = replace(self.now, config=config, limits=limits)
        if version == self.now:
            return False
        self._become(replace(version, number=next(self._numbers)))
        return True

    def open(self, path: Path) -> Problem | None:
        """Read an experiment file or a bundle; on a problem nothing has changed. Undo brings it back.

        The experiment of a bundle has no file: saving it asks for one.
        """
        try:
            config = _read_bundled(path) if is_bundle(path) else read_experiment(path)
        except ProblemError as error:
            return error.problem
        file = None if is_bundle(path) else path
        self._become(Version(config, file, config, number=next(self._numbers)))
        return None

    def save(self, path: Path | None, *, overwrite: bool = True) -> Problem | None:
        """Write the file; versions of the history keep what they knew of theirs."""
        path = path or self.now.path
        if path is None:
            return Problem("This experiment has no file yet", "Save it under a name first.")
        if path.exists() and not overwrite:
            return Problem(
                f"{path.name[:48]} exists already", f"It was not changed. It lies in {path.parent}.",
                remedies=(Remedy("Overwrite it", {}),),
            )  # fmt: skip
        try:
            write_experiment(self.now.config, path)
        except ProblemError as error:
            return error.problem
        self.now = replace(self.now, path=path, saved=self.now.config)
        self._undo = [_on_file(version, self.now) for version in self._undo]
        self._redo = [_on_file(version, self.now) for version in self._redo]
        return None


def _on_file(version: Version, now: Version) -> Version:
    """Return a version of the same file with what the file holds now."""
    return replace(version, path=now.path, saved=now.saved) if version.path in (None, now.path) else version


def _read_bundled(path: Path) -> ExperimentConfig:
    # imported when a bundle is opened, so that the window need not wait for it
    from lab.bundle.reading import open_bundle
    from lab.store.store import default_folder

    return open_bundle(path, default_folder() / BUNDLED_DATA)[1]

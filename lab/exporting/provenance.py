"""The command that makes an export again, and the experiment it is of."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lab.experiment_file import dump_experiment
from lab.exporting.file_names import file_name
from lab.exporting.results_file import ResultSource
from lab.exporting.view_arguments import view_words
from lab.figure_look import FigureLook, Provenance
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.panel_views import default_kinds
from lab.racing.results import RaceResult
from lab.versions import version
from lab.view_options import ViewOptions


def provenance(source: ResultSource, command: str) -> Provenance:
    """Return where an export of an experiment comes from."""
    config = source.run_config
    return Provenance(command, config.name, dump_experiment(config), version())


def race_provenance(result: RaceResult) -> Provenance:
    """Return where figures of a race come from: what trains what is missing of it and judges it again."""
    command = shlex.join(["losslab", "race", "--resume", result.id])
    return Provenance(command, result.config.name, dump_experiment(result.config), version())


def export_command(
    source: ResultSource,
    identity: str,
    formats: Sequence[str],
    *,
    figures: Sequence[str] = (),
    view: ViewOptions | None = None,
    look: FigureLook | None = None,
    grid: bool = False,
    mark_best: bool = False,
) -> str:
    """Return the command line that exports again.

    Parameters
    ----------
    source
        The experiment.
    identity
        Its identity in the store; empty where it is not kept there. The command then runs the experiment
        anew, which gives the same curves.
    formats
        As ``losslab export --format`` takes them.
    figures, view, look, grid, mark_best
        As its other arguments; what is as usual is left out.
    """
    if not identity:
        plots = ["--plots", *figures] if set(figures) - set(default_kinds(source.summary)) else []
        return shlex.join(["losslab", "run", f"{file_name(source.run_config.name)}.toml", *plots])
    words = ["losslab", "export", identity, "--format", ",".join(formats)]
    if figures:
        words += ["--figures", *figures]
    if grid:
        words.append("--grid")
    if look is not None:
        words += _look_words(look)
    if view is not None:
        words += view_words(view, source.run_config.seeds.count)
    if mark_best:
        words.append("--best")
    return shlex.join(words)


def figure_command(
    source: ResultSource,
    identity: str,
    endings: Sequence[str],
    kinds: Sequence[str],
    view: ViewOptions,
    look: FigureLook | None = None,
) -> str:
    """Return the command line that draws one figure again; parameters as `export_command`.

    The store keeps parameters of some of the steps that a session has them of. A figure of a session with a
    decision surface or an instrument, or a confusion matrix of a step that is past, is therefore made by
    running the experiment anew.
    """
    past = view.at is not None and "confusion" in kinds
    looks_inside = past or not {"field", *INSTRUMENT_KINDS}.isdisjoint(kinds)
    kept = "" if looks_inside and not source.curves.snapshots.stored else identity
    return export_command(source, kept, endings, figures=kinds, view=view, look=look, grid=len(kinds) > 1)


def _look_words(look: FigureLook) -> list[str]:
    words = ["--preset", look.preset] if look.preset else []
    if look.size is not None and not look.preset:
        words += ["--size", f"{look.size[0]}x{look.size[1]}"]
    if look.preset and look.dpi != FigureLook().dpi:
        words += ["--dpi", f"{look.dpi:g}"]
    if look.grey:
        words.append("--grey")
    if look.caption:
        words.append("--caption")
    return words

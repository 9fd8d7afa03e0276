"""What ``losslab export`` does; `lab.export_arguments` reads its arguments."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.export_arguments import FIGURES, FORMATS
from lab.exporting.file_names import file_name
from lab.exporting.forms import ILLUSTRATED, FormChoices, form_paths, write_forms
from lab.exporting.provenance import export_command, figure_command, provenance
from lab.exporting.report import report_figures
from lab.exporting.view_arguments import view_of
from lab.figure_look import Draw, FigureLook
from lab.number_text import thousands
from lab.panel_views import PANEL_KINDS, applicable_kinds, default_kinds, make_panel
from lab.store.experiment import StoredExperiment
from lab.store.naming import find_experiment
from lab.store.store import Store
from lab.view_options import ViewOptions
from lab.whole_files import check_free

GRID = "plots"
"""End of the name of a figure that holds all plots."""


def run_export(options: argparse.Namespace) -> int:
    """Carry out ``losslab export …`` and return the exit code.

    Raises
    ------
    ProblemError
        Where the experiment is not in the store, something asked for does not exist or does not apply, or
        a file exists or cannot be written.
    """
    store = Store()
    if options.name is not None and (not options.name or Path(options.name).name != options.name):
        title = f"“{options.name[:40]}” cannot be the name of a file"
        raise ProblemError(Problem(title, "Give the folder by --out."))
    words = options.experiment
    if Path(words).is_dir():
        words = identity_in(Path(words))
    race = race_named(store, words)
    if race:
        from lab.race_export import export_race

        return export_race(store, race, options)
    source = store.experiment(find_experiment(store, words))
    shown_as = source.as_it_went_on()
    folder, stem = Path(options.out), options.name or file_name(source.run_config.name)
    view = view_of(options, source.run_config.seeds.count)
    if view.at is not None and view.at > source.step:
        raise ProblemError(
            Problem(
                f"Step {thousands(view.at)} was not recorded",
                f"{source.run_config.name} went to step {thousands(source.step)}.",
            )
        )
    look = FigureLook(options.preset or "", options.grey, options.caption, options.dpi, options.size)
    figures = [name for name in options.formats if name in FIGURES]
    forms = [FORMATS[name] for name in options.formats if name not in FIGURES]
    kinds = figure_kinds(source, options.figures, drawn=bool(figures) or bool(ILLUSTRATED & set(forms)))
    groups = figure_groups(stem, kinds, grid=options.grid) if figures else {}
    places = [folder / f"{name}.{ending}" for name in groups for ending in figures]
    check_free(
        [*places, *(path for path in form_paths(folder, stem, forms) if path.is_file())], options.force
    )
    written: list[Path] = []
    if groups:
        written += _draw(shown_as, options, folder, groups, figures, view, look)
    if forms:
        names = [name for name in options.formats if name not in FIGURES]
        command = export_command(
            source, source.id, names, figures=options.figures, view=view, mark_best=options.best
        )
        began = source.row.created
        shown: tuple[tuple[str, bytes], ...] = ()
        if ILLUSTRATED & set(forms) and options.draw is not None:
            shown = report_figures((make_panel(shown_as, kind, view) for kind in kinds), options.draw)
        choices = FormChoices(options.best, shown, began, options.force)
        written += write_forms(source, folder, stem, forms, provenance(source, command), choices)
    for path in written:
        print(path)
    return 0


def identity_in(folder: Path) -> str:
    """Return the identity in the store of the experiment whose results lie in a folder.

    Raises
    ------
    ProblemError
        Where these are no results of ``losslab run``, or of an experiment that was not kept.
    """
    path = folder / "results.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ProblemError(
            Problem(f"{folder.name[:40]} holds no results of losslab run", f"{path} cannot be read.")
        ) from None
    identity = found.get("stored_as") if isinstance(found, dict) else None
    if not isinstance(identity, str) or not identity:
        raise ProblemError(
            Problem(
                f"The experiment in {folder.name[:40]} was not kept in the store",
                "Run it again without --no-store; it gives the same curves.",
            )
        )
    return identity


def race_named(store: Store, words: str) -> str:
    """Return the identity of the one race that is named so or begins so, or empty where none is meant."""
    races = [row.id for row in store.groups() if row.kind == "race"]
    if words in races:
        return words
    begun = [identity for identity in races if identity.startswith(words)]
    others = any(row.id.startswith(words) for row in store.experiments())
    return begun[0] if len(begun) == 1 and not others else ""


def figure_kinds(source: StoredExperiment, asked: Sequence[str], *, drawn: bool) -> tuple[str, ...]:
    """Return the plots that are drawn: those asked for, else those that suit the data and what was kept.

    Raises
    ------
    ProblemError
        Where one asked for is unknown or does not apply to the data.
    """
    if not drawn:
        return ()
    if not asked:
        # without parameters there are no decision surfaces
        kept = bool(source.curves.snapshots.runs)
        return tuple(kind for kind in default_kinds(source.summary) if kept or kind != "field")
    fitting = applicable_kinds(source.summary)
    for kind in asked:
        if kind not in fitting:
            what = "does not apply to these data" if kind in PANEL_KINDS else "is no plot"
            raise ProblemError(Problem(f"{kind[:40]} {what}", f"There are {', '.join(fitting)}."))
    return tuple(dict.fromkeys(asked))


def figure_groups(stem: str, kinds: Sequence[str], *, grid: bool) -> dict[str, tuple[str, ...]]:
    """Return the name of each figure's file, without its ending, and the plots on it."""
    if grid:
        return {f"{stem}-{GRID}": tuple(kinds)}
    return {f"{stem}-{kind.replace('_', '-')}": (kind,) for kind in kinds}


def _draw(
    source: StoredExperiment,
    options: argparse.Namespace,
    folder: Path,
    groups: dict[str, tuple[str, ...]],
    endings: Sequence[str],
    view: ViewOptions,
    look: FigureLook,
) -> list[Path]:
    draw: Draw | None = options.draw
    if draw is None:
        raise ProblemError(Problem("This installation cannot draw figures", "Other formats can be written."))
    written: list[Path] = []
    for name, kinds in groups.items():
        panels = [make_panel(source, kind, view) for kind in kinds]
        command = figure_command(source, source.id, endings, kinds, view, look)
        by = provenance(source, command)
        try:
            written += draw(panels, folder, name, endings, options.force, look, by)
        except ImportError as error:
            raise ProblemError(Problem("The figures could not be drawn", f"{error}.")) from error
    return written

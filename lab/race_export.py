"""``losslab export`` of a race: its tables and its report."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.experiment_file import dump_experiment
from lab.export_arguments import FORMATS
from lab.exporting.file_names import file_name
from lab.exporting.forms import FORMS, SUMMARIES
from lab.exporting.race_files import race_table_paths, write_race_tables
from lab.exporting.report import report_figures, write_report
from lab.exporting.view_arguments import view_of
from lab.figure_look import Provenance
from lab.panel_views import default_kinds, make_panel
from lab.racing.judging import judge
from lab.racing.reading import read_race
from lab.racing.results import RaceResult
from lab.store.experiment import StoredExperiment
from lab.store.store import Store
from lab.versions import version
from lab.whole_files import check_free, whole_file

RACE_FORMATS = tuple(name for name, form in FORMATS.items() if form in {*SUMMARIES, "report", "toml"})
"""What a race has of its own; curves and figures are those of its experiments."""


def export_race(store: Store, group: str, options: argparse.Namespace) -> int:
    """Carry out ``losslab export`` of a race and return the exit code.

    Parameters
    ----------
    store
        The store.
    group
        Identity of the race.
    options
        As `lab.export_arguments` reads them.

    Raises
    ------
    ProblemError
        Where a race has no such format, its final has not begun and a report is asked for, or a file exists
        or cannot be written.
    """
    result = read_race(store, group)
    _check_formats(result, options.formats)
    folder, stem = Path(options.out), options.name or file_name(result.config.name)
    kinds = [SUMMARIES[FORMATS[name]] for name in options.formats if FORMATS[name] in SUMMARIES]
    forms = [FORMATS[name] for name in options.formats if FORMATS[name] not in SUMMARIES]
    places = {form: folder / f"{stem}{FORMS[form]}" for form in forms}
    judgements = judge(result)
    tables = race_table_paths(result, judgements, folder, stem, kinds)
    check_free([*tables, *places.values()], options.force)
    written = list(
        write_race_tables(
            result, judgements, folder, stem, kinds, mark_best=options.best, overwrite=options.force
        )
    )
    if "report" in forms:
        source = store.experiment(result.entrants[0].experiment)
        words = ["losslab", "export", group, "--format", "report"]
        text = dump_experiment(result.config)
        made_by = Provenance(shlex.join(words), result.config.name, text, version())
        write_report(
            source,
            places["report"],
            made_by,
            _figures(source, options),
            race=result,
            judgements=judgements,
            overwrite=options.force,
        )
        written.append(places["report"])
    if "toml" in forms:
        with whole_file(places["toml"], overwrite=options.force) as file:
            file.write(dump_experiment(result.config).encode())
        written.append(places["toml"])
    for path in written:
        print(path)
    return 0


def _check_formats(result: RaceResult, names: tuple[str, ...]) -> None:
    strange = [name for name in names if name not in RACE_FORMATS]
    if strange:
        final = sorted({entrant.experiment for entrant in result.entrants})
        of = f" Its final is {', '.join(final)}." if final else ""
        raise ProblemError(
            Problem(
                f"A race has no {strange[0]} of its own",
                f"It has {', '.join(RACE_FORMATS)}; curves and figures are those of its experiments.{of}",
            )
        )
    if "report" in names and not result.entrants:
        raise ProblemError(Problem("The race has no final yet to report on", "Its tables can be written."))


def _figures(source: StoredExperiment, options: argparse.Namespace) -> tuple[tuple[str, bytes], ...]:
    if options.draw is None:
        return ()
    view = view_of(options, source.run_config.seeds.count)
    kinds = [kind for kind in default_kinds(source.summary) if kind != "field"]
    return report_figures((make_panel(source, kind, view) for kind in kinds), options.draw)

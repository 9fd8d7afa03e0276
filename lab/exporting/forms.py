"""Everything that can be taken of an experiment beside its figures, each in a file or folder of its own."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.bundle.ending import BUNDLE_ENDING
from lab.bundle.writing import write_bundle
from lab.experiment_file import dump_experiment
from lab.exporting.curve_tables import write_curves_csv, write_curves_parquet
from lab.exporting.file_names import file_names
from lab.exporting.findings_table import findings_table
from lab.exporting.mlflow_runs import write_mlflow
from lab.exporting.report import write_report
from lab.exporting.results_file import ResultSource, write_results
from lab.exporting.summary_table import summary_table
from lab.exporting.table_files import TABLE_FORMATS, write_table
from lab.exporting.tensorboard import write_tensorboard
from lab.figure_look import Provenance
from lab.scripts.writing import write_script
from lab.whole_files import check_free, whole_file

SUMMARIES = {
    "summary_csv": "csv",
    "summary_parquet": "parquet",
    "latex": "latex",
    "markdown": "markdown",
}
"""Forms of the summary, and the kind of table each is."""

FORMS: dict[str, str] = {
    "csv_long": "-curves.csv",
    "csv_wide": "-curves-wide.csv",
    "parquet": "-curves.parquet",
    "toml": ".toml",
    "results": "-results.json",
    **{form: f"-summary{TABLE_FORMATS[kind]}" for form, kind in SUMMARIES.items()},
    "findings": "-findings.csv",
    "tensorboard": "-tensorboard",
    "mlflow": "-mlflow",
    "report": "-report.html",
    "bundle": BUNDLE_ENDING,
    "script_numpy": "-numpy.py",
    "script_torch": "-torch.py",
}
"""What can be taken, and how the name of its file or folder ends."""

ILLUSTRATED = frozenset({"report", "mlflow"})
"""Forms that have figures in them."""


@dataclass(frozen=True)
class FormChoices:
    """How forms are written.

    Attributes
    ----------
    mark_best
        Set what is best of a table for readers in bold.
    figures
        Figures of the report and of MLflow's runs, (title, SVG) each.
    began
        When training began, in seconds since 1970, where that is known.
    overwrite
        Whether what exists may be replaced.
    """

    mark_best: bool = False
    figures: tuple[tuple[str, bytes], ...] = ()
    began: float | None = None
    overwrite: bool = False


def form_paths(folder: Path | str, stem: str, forms: Sequence[str]) -> tuple[Path, ...]:
    """Return where `write_forms` would write."""
    base = Path(folder).expanduser()
    return tuple(base / f"{stem}{FORMS[form]}" for form in forms)


def write_forms(
    source: ResultSource,
    folder: Path | str,
    stem: str,
    forms: Sequence[str],
    made_by: Provenance,
    choices: FormChoices | None = None,
) -> tuple[Path, ...]:
    """Write some forms of an experiment.

    Parameters
    ----------
    source
        The experiment.
    folder
        Where to; made if it is missing.
    stem
        What the names begin with.
    forms
        Keys of `FORMS`.
    made_by
        The command that makes them again, for the report.
    choices
        How.

    Returns
    -------
    The files and folders, in the order asked for.

    Raises
    ------
    ProblemError
        Where there are no runs yet, something exists and may not be replaced (nothing is written then), or
        it cannot be written.
    """
    choices = choices or FormChoices()
    paths = form_paths(folder, stem, forms)
    if not source.curves.metrics() and set(forms) - {"toml"}:
        raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
    check_free([path for path in paths if not path.is_dir()], choices.overwrite)
    for form, path in zip(forms, paths, strict=True):
        _write_form(source, path, form, made_by, choices)
    return paths


def _write_form(
    source: ResultSource,
    path: Path,
    form: str,
    made_by: Provenance,
    choices: FormChoices,
) -> None:
    overwrite = choices.overwrite
    if form == "csv_long":
        write_curves_csv(source, path, overwrite=overwrite)
    elif form == "csv_wide":
        write_curves_csv(source, path, form="wide", overwrite=overwrite)
    elif form == "parquet":
        write_curves_parquet(source, path, overwrite=overwrite)
    elif form == "toml":
        with whole_file(path, overwrite=overwrite) as file:
            file.write(dump_experiment(source.run_config).encode())
    elif form == "results":
        write_results(source, path, overwrite=overwrite)
    elif form in SUMMARIES:
        table, kind = summary_table(source), SUMMARIES[form]
        write_table(table, path, kind, mark_best=choices.mark_best, overwrite=overwrite)
    elif form == "findings":
        write_table(findings_table(source), path, "csv", overwrite=overwrite)
    elif form == "tensorboard":
        write_tensorboard(source, path, overwrite=overwrite, began=choices.began)
    elif form == "bundle":
        write_bundle(source, path, overwrite=overwrite)
    elif form == "script_numpy":
        write_script(source.run_config, path, "numpy", overwrite=overwrite)
    elif form == "script_torch":
        write_script(source.run_config, path, "torch", overwrite=overwrite)
    elif form == "mlflow":
        with _figure_files(choices.figures) as files:
            write_mlflow(source, path, files, began=choices.began)
    else:
        write_report(source, path, made_by, choices.figures, overwrite=overwrite)


@contextlib.contextmanager
def _figure_files(figures: Sequence[tuple[str, bytes]]) -> Iterator[list[Path]]:
    """Give the figures as files for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="losslab-") as room:
        names = file_names([title for title, _content in figures])
        files = [Path(room) / f"{name}.svg" for name in names]
        for file, (_title, content) in zip(files, figures, strict=True):
            file.write_bytes(content)
        yield files

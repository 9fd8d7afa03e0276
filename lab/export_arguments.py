"""The arguments of ``losslab export``."""

from __future__ import annotations

import argparse
import math

FORMATS: dict[str, str] = {
    "png": "png", "svg": "svg", "pdf": "pdf",
    "csv": "csv_long", "csv-wide": "csv_wide", "parquet": "parquet", "tensorboard": "tensorboard",
    "summary-csv": "summary_csv", "summary-parquet": "summary_parquet", "latex": "latex",
    "markdown": "markdown", "findings": "findings", "report": "report", "mlflow": "mlflow", "toml": "toml",
    "json": "results", "bundle": "bundle", "numpy": "script_numpy", "torch": "script_torch",
}  # fmt: skip
"""Formats as they are typed → an ending of a figure, or a key of `lab.exporting.forms.FORMS`."""
FIGURES = ("png", "svg", "pdf")
# Said again here so that the command line need not load what defines them; a test holds them together.
X_AXES = ("step", "epoch", "seconds")
BANDS = ("none", "minmax", "std", "ci95")
COMPARISONS = ("raw", "relative", "nll")
PRESETS = ("single", "double", "slide")

_DESCRIPTION = """\
Write figures, curves, tables or a report of an experiment in the store.

formats:
  figures   png, svg, pdf
  curves    csv, csv-wide, parquet, tensorboard
  summary   summary-csv, summary-parquet, latex, markdown
  advice    findings (what stands out, as CSV)
  all       report (one page of HTML), mlflow (a folder of runs), toml, json
  again     bundle (to rerun elsewhere), numpy and torch (a script with the same curves)

A race has a summary of its own (the rates that were tried, the finalists, every comparison), a report and
toml; its curves and figures are those of its experiments.
"""


def add_export_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``export`` to the parser."""
    export = commands.add_parser(
        "export",
        help="write figures, tables, curves or a report of an experiment in the store",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    export.set_defaults(perform=_perform)
    export.add_argument(
        "experiment", metavar="EXPERIMENT",
        help="identity of an experiment or a race, how it begins, latest for the newest experiment, or the "
        "folder that losslab run wrote its results to",
    )  # fmt: skip
    export.add_argument(
        "--format", dest="formats", type=_formats, required=True, metavar="A,B,…",
        help="what to write: " + ", ".join(FORMATS),
    )  # fmt: skip
    export.add_argument("--out", metavar="DIR", default=".", help="folder to write to (default: this one)")
    export.add_argument("--name", metavar="NAME", help="what the files' names begin with")
    export.add_argument("--force", action="store_true", help="overwrite what is there")
    export.add_argument("--best", action="store_true", help="mark what is best in LaTeX and Markdown")
    figures = export.add_argument_group("figures")
    figures.add_argument(
        "--figures", nargs="+", metavar="PLOT", default=[],
        help="metric, objective, gradient, confusion, train_metric, error, gradient_total, parameter_norm, "
        "learning_rate, field, advice, or an instrument such as landscape (default: what suits the data)",
    )  # fmt: skip
    figures.add_argument("--grid", action="store_true", help="all plots in one figure")
    figures.add_argument(
        "--preset", choices=PRESETS, help="a page for print: one column (84 mm), two "
        "columns (174 mm) or a slide",
    )  # fmt: skip
    figures.add_argument(
        "--size", type=_size, metavar="WxH", help="width and height in pixels, without a preset: 1600x1000"
    )
    figures.add_argument("--dpi", type=float, default=300.0, help="pixels an inch of a PNG with a preset")
    figures.add_argument("--grey", action="store_true", help="without colour: shades, dashes and markers")
    figures.add_argument("--caption", action="store_true", help="a line at the foot with the command")
    _add_view_arguments(export)


def _add_view_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments that `lab.exporting.view_arguments.view_of` reads."""
    view = command.add_argument_group("how figures look at the curves")
    view.add_argument("--x-axis", choices=X_AXES, default=X_AXES[0], help="what is to the right")
    view.add_argument("--log-x", action="store_true", help="logarithmic x axis")
    view.add_argument(
        "--log-y", choices=("on", "off"), help="logarithmic y axis (default: what suits the plot)"
    )
    view.add_argument(
        "--smoothing", type=_weight, default=0.0, metavar="W",
        help="exponential smoothing, weight of the past from 0 to below 1",
    )  # fmt: skip
    view.add_argument(
        "--band", choices=BANDS, help="what is shaded around a mean (default: what suits the seeds)"
    )
    view.add_argument("--members", action="store_true", help="draw every run, too")
    view.add_argument(
        "--comparison", choices=COMPARISONS, default="relative",
        help="the objective as it is, relative to its start, or as NLL",
    )  # fmt: skip
    view.add_argument("--metric", default="", metavar="NAME", help="shared metric: accuracy, nll, mse, …")
    view.add_argument(
        "--loss", type=_index, default=0, metavar="N", help="loss of the confusion matrix, from 0"
    )
    view.add_argument(
        "--at", type=_index, metavar="STEP", help="look at the experiment as it stood at this step"
    )
    view.add_argument(
        "--hide", type=_index, nargs="+", default=[], metavar="N", help="losses to leave out, from 0"
    )


def _weight(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a weight from 0 to below 1")
    return value


def _index(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is no size; 1600x1000 would be one")
    return int(width), int(height)


def _formats(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{unknown[0] if unknown else 'nothing'} is no format; known are {', '.join(FORMATS)}"
        )
    return names


def _perform(options: argparse.Namespace) -> int:
    from lab.export_commands import run_export

    return run_export(options)

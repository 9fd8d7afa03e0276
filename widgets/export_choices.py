"""What can be saved, as the export panel offers it, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.figure_look import PRESETS, FigureLook

FIGURE_FORMATS: tuple[tuple[str, str, str], ...] = (
    ("png", "PNG", "Pixels"),
    ("svg", "SVG", "Vectors, for the web and for drawing programs"),
    ("pdf", "PDF", "Vectors, for papers"),
)
FORM_GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Curves",
        (
            ("csv_long", "CSV long", "A row a value: run, loss, seed, step, epoch, metric, value"),
            ("csv_wide", "CSV wide", "A row a step, a column a run and metric"),
            ("parquet", "Parquet", "The long form, compressed, for Polars, pandas and DuckDB"),
            ("tensorboard", "TensorBoard", "A folder of event files, one a run"),
        ),
    ),
    (
        "Summary",
        (
            ("summary_csv", "CSV", "A row a loss: mean and deviation of each metric, steps to the target"),
            ("latex", "LaTeX", "The same as a table with booktabs"),
            ("markdown", "Markdown", "The same as a table for GitHub"),
            (
                "findings",
                "Findings",
                "What stands out: a row a finding, with evidence and what to try, as CSV",
            ),
            ("results", "JSON", "Final values, device and versions"),
        ),
    ),
    (
        "Experiment",
        (
            ("report", "Report", "One page of HTML: figures, results, settings, how to run it again"),
            ("toml", "TOML", "The experiment that these runs were made with"),
            ("mlflow", "MLflow", "A folder of runs that MLflow opens"),
        ),
    ),
    (
        "Run again",
        (
            (
                "bundle",
                "Bundle",
                "One file with experiment, data and results that another machine opens and reruns",
            ),
            ("script_numpy", "NumPy", "A readable script with its data beside it that gives the same curves"),
            ("script_torch", "PyTorch", "The same with PyTorch"),
        ),
    ),
)
FORMS = tuple(key for _title, forms in FORM_GROUPS for key, _name, _tip in forms)
SMALLEST, LARGEST = 200, 12000


@dataclass(frozen=True)
class ExportRequest:
    """What to save.

    Attributes
    ----------
    figure
        ``"each"`` (a file a plot), ``"grid"`` (all in one), ``"card:2"`` (plot 2) or ``"none"``.
    formats
        Of the figures: png, svg, pdf.
    size
        Width and height of a PNG in pixels, where there is no page.
    tables
        Keys of `lab.exporting.forms.FORMS`.
    folder, stem
        Where, and what the files' names begin with.
    overwrite
        Whether files that exist may be replaced.
    page
        Key of `lab.figure_look.PRESETS`, or empty for a size in pixels.
    grey, caption
        Figures without colour; with the command that makes them again at the foot.
    mark_best
        Mark what is best of tables for readers.
    instruments
        The numbers of instruments on screen as CSV, a file each: of the one plot where there is one.
    """

    figure: str = "each"
    formats: tuple[str, ...] = ("png", "svg")
    size: tuple[int, int] = (1600, 1000)
    tables: tuple[str, ...] = ("csv_long", "toml")
    folder: str = ""
    stem: str = "losslab"
    overwrite: bool = False
    page: str = ""
    grey: bool = False
    caption: bool = False
    mark_best: bool = False
    instruments: bool = False

    @property
    def look(self) -> FigureLook:
        """How figures are to look."""
        return FigureLook(self.page, self.grey, self.caption, size=None if self.page else self.size)

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> ExportRequest:
        """Read stored choices; what does not fit keeps its default."""
        plain = cls()

        def some(name: str, allowed: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
            value = stored.get(name)
            return tuple(key for key in allowed if key in value) if isinstance(value, list) else default

        size = stored.get("size")
        fits = (
            isinstance(size, list)
            and len(size) == 2
            and all(isinstance(n, int) and SMALLEST <= n <= LARGEST for n in size)
        )
        figure, folder, page = stored.get("figure"), stored.get("folder"), stored.get("page")
        return cls(
            figure if isinstance(figure, str) and figure in ("each", "grid", "none") else plain.figure,
            some("formats", tuple(key for key, _name, _tip in FIGURE_FORMATS), plain.formats),
            (size[0], size[1]) if fits and isinstance(size, list) else plain.size,
            some("tables", FORMS, plain.tables),
            folder if isinstance(folder, str) else "",
            page=page if isinstance(page, str) and page in PRESETS else "",
            grey=stored.get("grey") is True,
            caption=stored.get("caption") is True,
            mark_best=stored.get("mark_best") is True,
            instruments=stored.get("instruments") is True,
        )

    def stored(self) -> dict[str, Any]:
        """Return what is worth keeping for the next time."""
        figure = self.figure if not self.figure.startswith("card:") else "each"
        return {
            "figure": figure, "formats": list(self.formats), "size": list(self.size),
            "tables": list(self.tables), "folder": self.folder, "page": self.page, "grey": self.grey,
            "caption": self.caption, "mark_best": self.mark_best, "instruments": self.instruments,
        }  # fmt: skip

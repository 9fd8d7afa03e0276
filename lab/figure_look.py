"""How a figure is to look on paper, and what it says about where it came from; drawing is the window's."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from compute.problems import Problem, ProblemError

if TYPE_CHECKING:
    from lab.panels import Panel

MILLIMETRES = 25.4
"""In an inch."""
POINTS = 72.0
"""In an inch."""
LETTER = 6.2
"""Width of a letter of the smallest type, in units of the layout: a little more than the mean."""
CAPTION_LINE = 15.0
"""Height of a line of the caption, in units of the layout."""
TITLE_PIXELS = 13.0
"""Height of a title as figures are laid out; all other type is in proportion to it, down to 11."""


@dataclass(frozen=True)
class Preset:
    """One kind of page.

    Attributes
    ----------
    label, help
        What a person reads.
    width
        Of the whole figure, in millimetres.
    plot_height
        Of one plot, in millimetres; of the whole figure where ``fixed``.
    title_points
        Height of titles in points; tick labels are 11/13 of it.
    fixed
        Whether the page has one height, however many plots stand on it.
    columns
        Most plots side by side.
    """

    label: str
    help: str
    width: float
    plot_height: float
    title_points: float
    columns: int
    fixed: bool = False


PRESETS: dict[str, Preset] = {
    "single": Preset("Single column", "84 mm wide, type of 7 to 9 points", 84.0, 60.0, 9.0, 1),
    "double": Preset("Double column", "174 mm wide, type of 7 to 9 points", 174.0, 62.0, 9.0, 2),
    "slide": Preset("Slide", "16 : 9, 254 mm wide, large type", 254.0, 142.875, 20.0, 3, fixed=True),
}
"""Pages by name; a look without one keeps the size that is asked for in pixels."""


@dataclass(frozen=True)
class FigureLook:
    """How a figure is to look.

    Attributes
    ----------
    preset
        Key of `PRESETS`, or empty for a size in pixels as on the screen.
    grey
        Without colour: losses are told apart by shade, dash and marker.
    caption
        Whether a small line at the foot says the command that makes the figure again.
    dpi
        Pixels an inch of a PNG on a page of `PRESETS`.
    size
        Width and height in pixels where there is no page; ``None`` for as large as the plots need.
    """

    preset: str = ""
    grey: bool = False
    caption: bool = False
    dpi: float = 300.0
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.preset and self.preset not in PRESETS:
            raise ProblemError(
                Problem(f"{self.preset[:40]} is no page for figures", f"Known are {', '.join(PRESETS)}.")
            )


@dataclass(frozen=True)
class Provenance:
    """Where a figure or a report came from.

    Attributes
    ----------
    command
        The command line that makes it again.
    name
        Name of the experiment.
    config
        The experiment as TOML.
    version
        Of the program.
    """

    command: str
    name: str = ""
    config: str = ""
    version: str = ""

    @property
    def program(self) -> str:
        """The program with its version: "Loss Lab 0.1.0"."""
        return f"Loss Lab {self.version}".strip()


class Draw(Protocol):
    """Writes one figure of panels in several formats; handed in, so that nothing here knows Qt."""

    def __call__(
        self,
        panels: Sequence[Panel],
        folder: Path,
        stem: str,
        formats: Sequence[str],
        overwrite: bool,
        look: FigureLook | None = None,
        made_by: Provenance | None = None,
    ) -> Sequence[Path]:
        """Write ``stem`` with each format's ending into ``folder``, saying what it was made by."""


@dataclass(frozen=True)
class Page:
    """A page laid out for a number of plots.

    Attributes
    ----------
    width, height
        In millimetres.
    columns
        Plots side by side.
    points
        Points of paper for a unit of the layout, whose type is 11 to 13 units high.
    """

    width: float
    height: float
    columns: int
    points: float

    @property
    def layout(self) -> tuple[float, float]:
        """Width and height in units of the layout."""
        unit = self.points * MILLIMETRES / POINTS
        return self.width / unit, self.height / unit


def caption_lines(words: str, width: float) -> tuple[str, ...]:
    """Return a caption in as many lines as it needs for a width in units of the layout.

    >>> caption_lines("losslab export 20261126-0027 --format pdf", 200.0)
    ('losslab export 20261126-0027', '--format pdf')
    """
    return tuple(textwrap.wrap(words, max(12, int(width / LETTER)), break_on_hyphens=False))


def page_of(preset: Preset, plots: int, *, caption: int = 0) -> Page:
    """Return the page for a number of plots above a caption of so many lines.

    A page of one height sets smaller type where more plots share it; other pages grow.

    Examples
    --------
    >>> page = page_of(PRESETS["double"], 4)
    >>> page.width, page.height, page.columns
    (174.0, 124.0, 2)
    """
    columns = min(preset.columns, 1 if plots <= 1 else 2 if plots <= 4 else 3)
    rows = math.ceil(max(1, plots) / columns)
    points = preset.title_points / TITLE_PIXELS
    if preset.fixed:
        return Page(preset.width, preset.plot_height, columns, points * (1.0, 0.6, 0.45)[columns - 1])
    foot = CAPTION_LINE * points * MILLIMETRES / POINTS * caption
    return Page(preset.width, rows * preset.plot_height + foot, columns, points)

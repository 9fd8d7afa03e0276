"""Write panels as PNG, SVG or PDF, or take them as an image: always light, on white, with legend and units.

Rendered from the data model with Qt's own painters, with or without a window and without a display.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QGuiApplication, QImage

from lab.figure_look import CAPTION_LINE, FigureLook, Provenance, caption_lines
from lab.panels import Panel
from lab.problems import Problem, ProblemError
from lab.word_lists import listed
from widgets.figure_formats import figure_bytes, figure_image
from widgets.figure_layout import MARGIN, default_size
from widgets.figure_sheet import LOGICAL_DPI, Sheet, print_sheet, screen_sheet

FORMATS = ("png", "svg", "pdf")
LARGEST_SIDE = 20_000
DPI = 192.0
"""Pixels an inch of a figure whose size is given in pixels."""


def draw(
    panels: Sequence[Panel],
    folder: str | Path,
    stem: str,
    formats: Sequence[str] = ("png", "svg"),
    size: tuple[int, int] | None = None,
    dpi: float = DPI,
    *,
    overwrite: bool = False,
    look: FigureLook | None = None,
    made_by: Provenance | None = None,
) -> tuple[Path, ...]:
    """Write a figure of one or more panels, all formats or none.

    Parameters
    ----------
    panels : sequence of Panel
        One panel, or a whole grid of them in reading order.
    folder : path
        Where to; made if it does not exist.
    stem : str
        File name without its ending.
    formats : sequence of str
        Any of "png", "svg", "pdf".
    size : (int, int), optional
        Width and height in pixels of the PNG. SVG and PDF get the same size on paper, size / dpi inches.
        By default as large as the panels need.
    dpi : float
        Pixels an inch: type is as large on paper as on a screen of 96 dpi, so more makes a sharper PNG.
    overwrite : bool
        Replace files that exist.
    look : FigureLook, optional
        Its page and colours. A page of `lab.figure_look.PRESETS` has a size and density of its own, whatever
        ``size`` and ``dpi`` say; a size of the look goes before ``size``.
    made_by : Provenance, optional
        Where it came from; written into each file.

    Returns
    -------
    tuple of Path
        What was written, in the order of ``formats``.

    Raises
    ------
    ProblemError
        If a format is unknown, the size is impossible, a file exists, or the folder cannot be written to.
    """
    wanted = tuple(dict.fromkeys(name.lower().lstrip(".") for name in formats))
    look = look or FigureLook()
    sheet = _sheet(panels, wanted, look.size or size, dpi, look, made_by)
    folder = Path(folder)
    if not stem or stem in (".", "..") or "/" in stem or os.sep in stem or "\0" in stem:
        raise ProblemError(Problem(f"“{stem}” cannot be the name of a file."))
    paths = tuple(folder / f"{stem}.{name}" for name in wanted)
    existing = [path.name for path in paths if path.exists()]
    if existing and not overwrite:
        raise ProblemError(
            Problem(
                f"{listed(existing)} {'is' if len(existing) == 1 else 'are'} there already.", f"In {folder}."
            )
        )
    with painting_application():
        contents = {path: figure_bytes(sheet, path.suffix[1:], made_by) for path in paths}
    try:
        _write_all(folder, contents)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemError(
            Problem(f"The figure could not be written: {reason}.", f"In {folder}. Nothing there was changed.")
        ) from error
    return paths


def draw_figure(
    panels: Sequence[Panel],
    folder: Path,
    stem: str,
    formats: Sequence[str],
    overwrite: bool,
    look: FigureLook | None = None,
    made_by: Provenance | None = None,
) -> tuple[Path, ...]:
    """Write a figure as `lab.figure_look.Draw` is called; see `draw`."""
    return draw(panels, folder, stem, formats, overwrite=overwrite, look=look, made_by=made_by)


def figure_sheet(panels: Sequence[Panel], look: FigureLook | None = None) -> Sheet:
    """Return a figure laid out, at its default size or that of a look, for who paints it into a page.

    A look's size is in pixels of `DPI`, as in `draw`.
    """
    look = look or FigureLook()
    dpi = LOGICAL_DPI if look.size is None else DPI
    return _sheet(panels, ("svg",), look.size, dpi, look, None)


def image(panels: Sequence[Panel], size: tuple[int, int] | None = None, dpi: float = DPI) -> QImage:
    """Return a figure as an image; parameters as in `draw`. Needs a QGuiApplication."""
    return figure_image(_sheet(panels, ("png",), size, dpi, FigureLook(), None))


def image_for_clipboard(panels: Sequence[Panel]) -> QImage:
    """Return a figure of panels at its default size, sharp enough for print."""
    return image(panels)


def _sheet(
    panels: Sequence[Panel],
    formats: Sequence[str],
    size: tuple[int, int] | None,
    dpi: float,
    look: FigureLook,
    made_by: Provenance | None,
) -> Sheet:
    """Return the figure laid out, or say what is wrong with what was asked."""
    if not panels:
        raise ProblemError(Problem("There is no plot to draw."))
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        given = listed(unknown) if unknown else "no format"
        raise ProblemError(Problem(f"Figures are written as PNG, SVG or PDF, not as {given}."))
    dpi = look.dpi if look.preset else dpi
    if not (math.isfinite(dpi) and 24 <= dpi <= 2400):
        raise ProblemError(Problem(f"A figure needs 24 to 2 400 dots per inch, not {dpi:g}."))
    caption = made_by.command if look.caption and made_by is not None else ""
    if look.preset:
        sheet = print_sheet(panels, look, caption)
    else:
        sheet = screen_sheet(panels, *_screen_size(len(panels), size, dpi, caption), dpi, look, caption)
    width, height = sheet.pixels.width(), sheet.pixels.height()
    if not (16 <= width <= LARGEST_SIDE and 16 <= height <= LARGEST_SIDE):
        raise ProblemError(Problem(f"A figure is 16 to 20 000 pixels a side, not {width} × {height}."))
    return sheet


def _screen_size(count: int, size: tuple[int, int] | None, dpi: float, caption: str) -> tuple[QSizeF, QSize]:
    """Return the size of a figure as it is laid out, and in pixels."""
    if size is None:
        logical = default_size(count)
        lines = caption_lines(caption, logical.width() - 2 * MARGIN)
        logical += QSizeF(0.0, CAPTION_LINE * len(lines))
        scale = dpi / LOGICAL_DPI
        return logical, QSize(round(logical.width() * scale), round(logical.height() * scale))
    pixels = QSize(int(size[0]), int(size[1]))
    logical = QSizeF(pixels) * (LOGICAL_DPI / dpi)
    if count > 1:  # several plots share the size: finer print, so that each keeps its labels
        finer = min(default_size(count).width() / logical.width(), dpi / LOGICAL_DPI)
        logical *= max(1.0, finer)
    return logical, pixels


def _write_all(folder: Path, contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then put all in place: a reader never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=folder)
            written.append((Path(name), path))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
        for temporary, path in written:
            os.replace(temporary, path)
    finally:
        for temporary, _ in written:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def painting_application() -> Iterator[None]:
    """Have a QGuiApplication while painting: the one there is, or our own without a display."""
    if QGuiApplication.instance() is not None:
        yield
        return
    # elsewhere than on Linux the offscreen platform knows no system fonts, and a display is always there
    arguments = ["losslab", "-platform", "offscreen"] if sys.platform.startswith("linux") else ["losslab"]
    application = QGuiApplication(arguments)
    try:
        yield
    finally:
        application.shutdown()
        del application

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

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from lab.panels import Panel
from lab.problems import Problem, ProblemError
from widgets.figure_layout import default_size
from widgets.figure_painting import paint_figure
from widgets.figure_svg import portable_svg
from widgets.theme import LIGHT

LOGICAL_DPI = 96.0
FORMATS = ("png", "svg", "pdf")
LARGEST_SIDE = 20_000
PDF_DPI = 1200


def draw(
    panels: Sequence[Panel],
    folder: str | Path,
    stem: str,
    formats: Sequence[str] = ("png", "svg"),
    size: tuple[int, int] | None = None,
    dpi: float = 192.0,
    *,
    overwrite: bool = False,
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
    pixels, logical = _checked(panels, wanted, size, dpi)
    folder = Path(folder)
    if not stem or stem in (".", "..") or "/" in stem or os.sep in stem or "\0" in stem:
        raise ProblemError(Problem(f"“{stem}” cannot be the name of a file."))
    paths = tuple(folder / f"{stem}.{name}" for name in wanted)
    existing = [path.name for path in paths if path.exists()]
    if existing and not overwrite:
        raise ProblemError(
            Problem(
                f"{_joined(existing)} {'is' if len(existing) == 1 else 'are'} there already.", f"In {folder}."
            )
        )
    with _application():
        contents = {path: _rendered(panels, path.suffix[1:], pixels, logical, dpi) for path in paths}
    try:
        _write_all(folder, contents)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProblemError(
            Problem(f"The figure could not be written: {reason}.", f"In {folder}. Nothing there was changed.")
        ) from error
    return paths


def image(panels: Sequence[Panel], size: tuple[int, int] | None = None, dpi: float = 192.0) -> QImage:
    """Return a figure as an image; parameters as in `draw`. Needs a QGuiApplication."""
    pixels, logical = _checked(panels, ("png",), size, dpi)
    return _image(panels, pixels, logical, dpi)


def image_for_clipboard(panels: Sequence[Panel]) -> QImage:
    """Return a figure of panels at its default size, sharp enough for print."""
    return image(panels)


def _checked(
    panels: Sequence[Panel], formats: Sequence[str], size: tuple[int, int] | None, dpi: float
) -> tuple[QSize, QSizeF]:
    """Return the size in pixels and in logical pixels, or say what is wrong with what was asked."""
    if not panels:
        raise ProblemError(Problem("There is no plot to draw."))
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        given = _joined(unknown) if unknown else "no format"
        raise ProblemError(Problem(f"Figures are written as PNG, SVG or PDF, not as {given}."))
    if not (math.isfinite(dpi) and 24 <= dpi <= 2400):
        raise ProblemError(Problem(f"A figure needs 24 to 2 400 dots per inch, not {dpi:g}."))
    if size is None:
        logical = default_size(len(panels))
        pixels = QSize(
            round(logical.width() * dpi / LOGICAL_DPI), round(logical.height() * dpi / LOGICAL_DPI)
        )
    else:
        pixels = QSize(int(size[0]), int(size[1]))
        logical = QSizeF(pixels) * (LOGICAL_DPI / dpi)
        if len(panels) > 1:  # several plots share the size: finer print, so that each keeps its labels
            finer = min(default_size(len(panels)).width() / logical.width(), dpi / LOGICAL_DPI)
            logical *= max(1.0, finer)
    if not (16 <= pixels.width() <= LARGEST_SIDE and 16 <= pixels.height() <= LARGEST_SIDE):
        raise ProblemError(
            Problem(f"A figure is 16 to 20 000 pixels a side, not {pixels.width()} × {pixels.height()}.")
        )
    return pixels, logical


def _rendered(panels: Sequence[Panel], kind: str, pixels: QSize, logical: QSizeF, dpi: float) -> bytes:
    if kind == "png":
        return _png(panels, pixels, logical, dpi)
    return _svg(panels, logical) if kind == "svg" else _pdf(panels, logical)


def _image(panels: Sequence[Panel], pixels: QSize, logical: QSizeF, dpi: float) -> QImage:
    picture = QImage(pixels, QImage.Format.Format_RGB32)
    if picture.isNull():
        raise ProblemError(Problem(f"There is no memory for {pixels.width()} × {pixels.height()} pixels."))
    picture.setDotsPerMeterX(round(dpi / 0.0254))
    picture.setDotsPerMeterY(round(dpi / 0.0254))
    picture.fill(LIGHT.color("card"))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
    painter.scale(pixels.width() / logical.width(), pixels.height() / logical.height())
    paint_figure(painter, LIGHT, panels, logical)
    painter.end()
    return picture


def _png(panels: Sequence[Panel], pixels: QSize, logical: QSizeF, dpi: float) -> bytes:
    buffer = _buffer()
    if not _image(panels, pixels, logical, dpi).save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ProblemError(Problem("The picture could not be encoded as PNG."))
    return bytes(buffer.data().data())


def _svg(panels: Sequence[Panel], logical: QSizeF) -> bytes:
    buffer = _buffer()
    size = QSize(math.ceil(logical.width()), math.ceil(logical.height()))
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the older one does not clip
    generator.setOutputDevice(buffer)
    generator.setResolution(round(LOGICAL_DPI))
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(", ".join(panel.title for panel in panels))
    generator.setDescription("Drawn by Loss Lab")
    painter = QPainter(generator)
    paint_figure(painter, LIGHT, panels, QSizeF(size))
    painter.end()
    return portable_svg(bytes(buffer.data().data()), LIGHT)


def _pdf(panels: Sequence[Panel], logical: QSizeF) -> bytes:
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(", ".join(panel.title for panel in panels))
    writer.setCreator("Loss Lab")
    points = logical * (72.0 / LOGICAL_DPI)
    page = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setResolution(PDF_DPI)
    painter = QPainter(writer)
    painter.scale(PDF_DPI / LOGICAL_DPI, PDF_DPI / LOGICAL_DPI)
    paint_figure(painter, LIGHT, panels, logical)
    painter.end()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


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
def _application() -> Iterator[None]:
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


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]

"""The picture of each loss: value above, gradient below, over an axis that suits its targets."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from compute.declaration import Parameter
from compute.links import LINKS
from compute.losses import LOSSES, make_loss
from compute.losses.base import LossCard
from compute.losses.zero_one import NOT_TRAINABLE, zero_one_loss
from lab.explore.axes import AXES, Axis, Setting, many_outputs
from lab.explore.evaluation import at_outputs
from lab.loss_labels import format_number
from lab.panels import CurvePanel, Facet, LegendEntry, Line
from lab.ranges import linear_range
from widgets.figure_painting import paint_panel
from widgets.figure_svg import SVG, portable_svg
from widgets.theme import LIGHT

SIZE = QSizeF(640.0, 520.0)
CLASSES = 3
SAMPLES = 1201
_MARGIN, _GAP, _LEFT = 12.0, 14.0, 50.0
_LOG_SCALES = (0.0, -1.0, 1.0)
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Drawing:
    """What a picture shows.

    Attributes
    ----------
    axis, low, high
        Meaning and ends of x.
    target
        Of the output that x moves.
    meaning
        What the sign that the curves differ in stands for, where that is no parameter's name.
    curves
        (name, value (n,), gradient (n,)) over x (n,), the default parameters first; NaN where undefined.
    """

    axis: Axis
    low: float
    high: float
    target: float
    meaning: str
    x: Numbers
    curves: tuple[tuple[str, Numbers, Numbers], ...]


def further_values(parameter: Parameter) -> tuple[float, float]:
    """Return two values beside the default, within the bounds.

    A share or power between two bounds goes halfway to both, or a quarter and half of the way where the
    default is a bound; a whole number goes 2 down and up; another number to a third and three times, or,
    where it is small, to three and ten times.
    """
    default, low, high = float(parameter.default), _bound(parameter.low, -1), _bound(parameter.high, 1)
    if high - low <= 2:
        if default in (low, high):
            other = high if default == low else low
            return default + (other - default) / 4, default + (other - default) / 2
        return _rounded((default + low) / 2, 3), _rounded((default + high) / 2, 3)
    if parameter.slider != "log" and default == int(default):
        down, up = max(low, default - 2), min(high, default + 2)
        return down, up if up != default else down - 2
    factors = (3.0, 10.0) if default < 0.5 else (1 / 3, 3.0)
    return _rounded(default * factors[0]), _rounded(default * factors[1])


def axis_of(card: LossCard) -> Axis:
    """Return the axis that suits a loss's targets and link."""
    if card.name in NOT_TRAINABLE or card.link in ("margin", "sigmoid_twice"):
        return "margin"
    if "regression" in card.tasks:
        return "residual"
    return "logit" if card.link in ("sigmoid", "sparsemax") else "prediction"


def drawing(name: str) -> Drawing:
    """Return the curves of a loss, computed by the loss itself.

    What is varied is the first parameter that makes a difference to them, or the learned scale.
    """
    card = card_of(name)
    axis = axis_of(card)
    target = 1.0 if "regression" not in card.tasks else 0.0 if card.target_low is None else 2.0
    low, high = _ends(card, axis, target)
    x = np.linspace(low, high, SAMPLES)
    if name in NOT_TRAINABLE:
        value = zero_one_loss(LINKS["sigmoid"], x[None, :, None], np.ones((1, len(x)), dtype=np.int64))[0]
        return Drawing(axis, low, high, target, "", x, ((card.short, value, np.zeros_like(x)),))
    if card.outputs_per_target == 2:
        learned = tuple(
            (f"s = {format_number(s)}", *_curve(name, {}, target, axis, x, s)) for s in _LOG_SCALES
        )
        return Drawing(axis, low, high, target, ", the log scale, which is the second output", x, learned)
    for parameter in card.parameters:
        if parameter.kind != "float":
            continue
        values = (float(parameter.default), *further_values(parameter))
        if axis == "residual" and parameter.unit.endswith("of the target"):
            reach = max(high, math.ceil(1.2 * max(values)))
            low, high, x = -reach, reach, np.linspace(-reach, reach, SAMPLES)
        curves = tuple(
            (
                f"{parameter.name} = {format_number(value)}",
                *_curve(name, {parameter.name: value}, target, axis, x),
            )
            for value in values
        )
        if any(not np.allclose(curve[1], curves[0][1], equal_nan=True) for curve in curves[1:]):
            return Drawing(axis, low, high, target, "", x, curves)
    only = (card.short, *_curve(name, {}, target, axis, x))
    return Drawing(axis, low, high, target, "", x, (only,))


def card_of(name: str) -> LossCard:
    """Return the card of a loss of the catalogue or of one that is only measured."""
    return LOSSES[name] if name in LOSSES else NOT_TRAINABLE[name][0]


def panels(name: str) -> tuple[CurvePanel, CurvePanel]:
    """Return value and gradient of a loss as two panels with the same x."""
    shown = drawing(name)
    card = card_of(name)
    sign = AXES[shown.axis][0]
    words = f"L({sign}), target y = {format_number(shown.target)}"
    if many_outputs(card):
        words += f", {CLASSES} classes"
    upper = _panel(shown, card.label, words, 1, legend=len(shown.curves) > 1)
    return upper, _panel(shown, "Gradient", "∂L ⁄ ∂z", 2, legend=False)


def svg(name: str) -> bytes:
    """Return the picture of a loss as SVG, with its words as text. Needs a QGuiApplication."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # the older one does not clip
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(QSize(round(SIZE.width()), round(SIZE.height())))
    generator.setViewBox(QRect(0, 0, round(SIZE.width()), round(SIZE.height())))
    upper, lower = panels(name)
    generator.setTitle(f"{upper.title}: value and gradient")
    generator.setDescription("Drawn by Loss Lab")
    painter = QPainter(generator)
    _paint(painter, (upper, lower))
    painter.end()
    return _compact(portable_svg(bytes(buffer.data().data()), LIGHT))


def image(name: str, factor: float = 2.0) -> QImage:
    """Return the same picture as pixels. Needs a QGuiApplication."""
    picture = QImage((SIZE * factor).toSize(), QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.scale(factor, factor)
    _paint(painter, panels(name))
    painter.end()
    return picture


def _compact(content: bytes) -> bytes:
    """Return an SVG without what Qt repeats: fonts on every group, empty groups, digits that nobody sees."""
    root = ElementTree.fromstring(content)
    families = [text.attrib.pop("font-family") for text in root.iter(f"{{{SVG}}}text")]
    root.set("font-family", families[0])
    root.set("style", "font-feature-settings: 'tnum'")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}g" and len(child) == 0:
                parent.remove(child)
    for element in root.iter():
        idle = {"vector-effect", "style", "stroke-opacity", "fill-opacity"} if element is not root else set()
        if element.tag == f"{{{SVG}}}g":
            idle |= {"font-family", "font-size", "font-weight", "font-style"}
        elif element.tag == f"{{{SVG}}}text":
            idle |= {"font-style"}
        for name in idle:
            if not name.endswith("opacity") or element.get(name) == "1":
                element.attrib.pop(name, None)
        for name in ("points", "d", "x", "y"):
            if name in element.attrib:
                element.set(name, _NUMBER.sub(lambda found: f"{float(found[0]):.4g}", element.attrib[name]))
        element.tail = "\n"
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _paint(painter: QPainter, pair: tuple[CurvePanel, CurvePanel]) -> None:
    painter.fillRect(QRectF(0, 0, SIZE.width(), SIZE.height()), LIGHT.color("card"))
    width, height = SIZE.width() - 2 * _MARGIN, (SIZE.height() - 2 * _MARGIN - _GAP) / 2
    extra = 10.0 if pair[0].legend else 0.0  # the legend's line is taken from both
    paint_panel(painter, LIGHT, pair[0], QRectF(_MARGIN, _MARGIN, width, height + extra), least_left=_LEFT)
    below = _MARGIN + height + extra + _GAP
    paint_panel(painter, LIGHT, pair[1], QRectF(_MARGIN, below, width, height - extra), least_left=_LEFT)


def _curve(
    name: str, parameters: dict[str, Any], target: float, axis: Axis, x: Numbers, log_scale: float = 0.0
) -> tuple[Numbers, Numbers]:
    """Return value and ∂L/∂z (n,) over x."""
    setting = Setting(make_loss(name, **parameters), target, CLASSES)
    z = setting.output(axis, x)
    known = ~np.isnan(z)
    outputs = setting.outputs(np.where(known, z, 0.0))
    if setting.loss.card.outputs_per_target == 2:
        outputs[:, setting.count :] = log_scale
    value, gradient = at_outputs(setting.loss, outputs, setting.targets())
    return np.where(known, value, np.nan), np.where(known, gradient[:, 0], np.nan)


def _ends(card: LossCard, axis: Axis, target: float) -> tuple[float, float]:
    if axis == "residual":
        # A prediction of 0 is infinitely far where the output is its logarithm.
        return (-4.0, 4.0) if card.target_low is None else (-0.95 * (target - card.target_low), 2 * target)
    if axis == "margin":
        return -3.0, 3.0
    if axis == "logit":
        return (-3.0, 3.0) if card.link == "sparsemax" else (-8.0, 8.0)
    return (0.0, 1.0) if card.link == "softmax" else (-1.0, 2.0)


def _panel(shown: Drawing, title: str, subtitle: str, quantity: int, *, legend: bool) -> CurvePanel:
    lines, entries = [], []
    for place, named in enumerate(shown.curves):
        label, y = named[0], named[quantity]
        finite = np.where(np.isfinite(y), y, np.nan)
        lines.append(Line(shown.x, finite, place + 1, "mean", label, key=str(place)))
        entries.append(LegendEntry(str(place), label, label, place + 1, ""))
    least, most = min(np.nanmin(line.y) for line in lines), max(np.nanmax(line.y) for line in lines)
    slack = 0.005 * (most - least)
    return CurvePanel(
        "loss page", title, subtitle, (Facet("", tuple(lines)),), tuple(entries) if legend else (),
        AXES[shown.axis][0], (shown.low, shown.high), linear_range(least + slack, most - slack),
    )  # fmt: skip


def _bound(bound: float | None, sign: int) -> float:
    return sign * math.inf if bound is None else bound


def _rounded(value: float, digits: int = 1) -> float:
    """Round to significant digits."""
    return float(f"{value:.{digits}g}")

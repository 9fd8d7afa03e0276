"""The picture of many members against one painted pixel by pixel, and carried on against painted anew."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from lab.panels import Envelopes, Facet
from widgets.plots.curve_layout import FacetLayout, Frame
from widgets.plots.envelope_image import DENSEST, EnvelopeImage, add_spans, shades, span_rows
from widgets.plots.scale import Scale
from widgets.theme import DARK, LIGHT, Theme

WIDTH, HEIGHT = 60, 40


def layout(
    *parts: Envelopes, y: Scale | None = None, x: Scale | None = None, left: float = 0.0
) -> FacetLayout:
    frame = Frame(QRectF(left, 0, WIDTH, HEIGHT), x or Scale(0, WIDTH), y or Scale(0, HEIGHT))
    return FacetLayout(Facet("", envelopes=parts), frame, (), (), (), (), 0.0, 0.0, True, True, False)


def picture(image: EnvelopeImage, where: FacetLayout, theme: Theme = LIGHT, dpr: float = 1.0) -> np.ndarray:
    size = round(WIDTH * dpr), round(HEIGHT * dpr)
    target = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    target.setDevicePixelRatio(dpr)
    target.fill(0)
    painter = QPainter(target)
    image.paint(painter, where, theme, dpr)
    painter.end()
    return np.frombuffer(target.constBits(), dtype=np.uint32).reshape(size[1], size[0]).copy()


def wandering(runs: int, columns: int, seed: int = 0, series: int = 1, origin: object = "a") -> Envelopes:
    rng = np.random.default_rng(seed)
    middle = np.cumsum(rng.normal(size=(runs, columns)), axis=1) + HEIGHT / 2
    half = rng.uniform(0, 2, size=(runs, columns))
    x = (np.arange(columns) + 0.5) * (WIDTH / columns)
    return Envelopes(x, middle - half, middle + half, series, origin=origin)


def first_columns(part: Envelopes, count: int) -> Envelopes:
    return Envelopes(
        part.x[:count], part.low[:, :count], part.high[:, :count], part.series, origin=part.origin
    )


def test_counts_are_those_of_spans_painted_one_by_one() -> None:
    part = wandering(9, WIDTH)
    top, bottom, there = span_rows(part, Scale(0, HEIGHT), HEIGHT, np.arange(WIDTH, dtype=np.int32), 0)
    assert there.all()
    counts = np.zeros((HEIGHT + 2, WIDTH), dtype=np.int16)
    add_spans(counts, top, bottom, there)
    expected = np.zeros((HEIGHT, WIDTH), dtype=int)
    for run in range(9):
        for column in range(WIDTH):
            rows = np.arange(HEIGHT)
            expected[(rows >= top[run, column]) & (rows <= bottom[run, column]), column] += 1
    np.testing.assert_array_equal(np.cumsum(counts, axis=0)[:HEIGHT], expected)
    assert expected.max() > 1


def test_a_run_has_no_gap_between_columns_however_steep() -> None:
    part = Envelopes(np.arange(4) + 0.5, np.array([[2.0, 30, 31, 5]]), np.array([[3.0, 32, 32, 6]]), 1)
    top, bottom, _ = span_rows(part, Scale(0, HEIGHT), HEIGHT, np.arange(4, dtype=np.int32), 0)
    for column in range(3):
        assert top[0, column + 1] <= bottom[0, column]
        assert bottom[0, column + 1] >= top[0, column]


def test_missing_values_are_gaps_and_what_is_outside_is_not_painted() -> None:
    low = np.array([[5.0, np.nan, 5, 90, -80, -80]])
    part = Envelopes(np.arange(6) + 0.5, low, low + np.array([1, 1, 1, 1, 1, 200.0]), 1)
    top, bottom, there = span_rows(part, Scale(0, HEIGHT), HEIGHT, np.arange(6, dtype=np.int32), 0)
    assert there[0].tolist() == [True, False, True, True, True, True]
    counts = np.zeros((HEIGHT + 2, 6), dtype=np.int16)
    add_spans(counts, top, bottom, there)
    filled = np.cumsum(counts, axis=0)[:HEIGHT]
    assert filled[:, 1].sum() == 0
    assert filled[:, 0].sum() == 2
    assert filled[:, 5].all()


def test_columns_that_share_a_pixel_are_joined_and_a_pixel_without_one_is_bridged() -> None:
    low, high = np.array([[4.0, 10, 20, 8]]), np.array([[5.0, 11, 21, 9]])
    columns = np.array([0, 0, 1, 3], dtype=np.int32)
    part = Envelopes(np.arange(4.0), low, high, 1)
    top, bottom, there = span_rows(part, Scale(0, HEIGHT), HEIGHT, columns, 0)
    assert top.shape == (1, 4)
    assert there.all()
    assert (top[0, 0], bottom[0, 0]) == (HEIGHT - 11, HEIGHT - 4)


def test_under_a_logarithm_zero_reaches_the_bottom() -> None:
    part = Envelopes(np.arange(2) + 0.5, np.array([[0.0, -1]]), np.array([[1.0, -0.5]]), 1)
    _, bottom, there = span_rows(part, Scale(0.01, 10, True), HEIGHT, np.arange(2, dtype=np.int32), 0)
    assert there[0].tolist() == [True, False]
    assert bottom[0, 0] == HEIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_one_line_has_the_alpha_of_a_raw_one_and_many_never_hide_the_mean(theme: Theme) -> None:
    color, alpha = theme.series(1).color, theme.alpha("raw")
    table = shades(color, alpha, 1000)
    assert table[0] == 0
    assert abs(int(table[1] >> 24) - alpha) <= 1
    assert (np.diff((table >> 24).astype(int)) >= 0).all()
    assert int(table[-1] >> 24) == round(255 * DENSEST)
    opacity = (table[-1] >> 24) / 255
    assert abs(((table[-1] >> 16) & 255) - opacity * color.red()) <= 1


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_a_picture_carried_on_is_that_painted_anew(qtbot: QtBot, dpr: float) -> None:
    columns = round(1.7 * WIDTH * dpr)
    whole = wandering(30, columns), wandering(5, columns, 1, 2, "b")
    kept = EnvelopeImage()
    for count in (1, 2, 7, 8, 9, 40, 41, columns - 3, columns):
        parts = [first_columns(part, count) for part in whole]
        carried = picture(kept, layout(*parts), LIGHT, dpr)
        np.testing.assert_array_equal(carried, picture(EnvelopeImage(), layout(*parts), LIGHT, dpr))
    assert 0 < kept.painted <= 6


def test_only_new_columns_are_painted_and_all_when_anything_else_changed(qtbot: QtBot) -> None:
    part = wandering(30, WIDTH)
    image = EnvelopeImage()
    picture(image, layout(first_columns(part, 30)))
    assert image.painted == 30
    picture(image, layout(first_columns(part, 33)))
    assert image.painted == 4  # the last one may not have been full
    picture(image, layout(first_columns(part, 33)), DARK)
    assert image.painted == 33
    picture(image, layout(first_columns(part, 33), y=Scale(0, 2 * HEIGHT)), DARK)
    assert image.painted == 33
    other = Envelopes(part.x, part.low, part.high, 1, origin="another")
    picture(image, layout(other, y=Scale(0, 2 * HEIGHT)), DARK)
    assert image.painted == WIDTH
    unknown = Envelopes(part.x, part.low, part.high, 1)
    for _ in range(2):
        picture(image, layout(unknown))
        assert image.painted == WIDTH
    assert not picture(image, layout()).any()


def test_a_spike_is_seen_in_its_pixel(qtbot: QtBot) -> None:
    columns = 2 * WIDTH
    flat = np.full((40, columns), 10.0)
    high = flat.copy()
    high[17, 77] = 39.5
    pixels = picture(EnvelopeImage(), layout(Envelopes(wandering(1, columns).x, flat, high, 1)))
    assert pixels[0, 38] >> 24 == pytest.approx(LIGHT.alpha("raw"), abs=1)
    assert not pixels[0, :38].any()
    assert not pixels[0, 39:].any()


def test_a_zoomed_view_paints_what_is_inside(qtbot: QtBot) -> None:
    part = wandering(20, 4 * WIDTH)
    zoomed = picture(EnvelopeImage(), layout(part, x=Scale(20, 35)))
    assert (zoomed != 0).any(axis=0).all()
    outside = picture(EnvelopeImage(), layout(part, x=Scale(100, 200)))
    assert not outside.any()


def test_series_lie_over_each_other(qtbot: QtBot) -> None:
    flat = np.full((20, WIDTH), 10.0)
    x = np.arange(WIDTH) + 0.5
    both = layout(Envelopes(x, flat, flat + 5, 1), Envelopes(x, flat + 3, flat + 8, 2))
    pixels = picture(EnvelopeImage(), both)
    alpha = (pixels[:, 30] >> 24).astype(int)
    assert alpha[HEIGHT - 14] > alpha[HEIGHT - 11] > 0
    assert alpha[HEIGHT - 18] > 0

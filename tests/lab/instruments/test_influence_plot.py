"""The influence instrument: a planted outlier is found, and what is picked is shown."""

from __future__ import annotations

import numpy as np
import pytest

from lab.chart import ChartBars, ChartGrid, ChartPanel, ChartPoints
from lab.experiment_file import parse_experiment
from lab.instruments.book import Book
from lab.instruments.direct import DirectAnswers
from lab.instruments.influence_plot import INFLUENCE, LossInfluence
from lab.instruments.looking import instrument_panel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

OUTLIER = 7
POINTS = [[x / 4] for x in range(-10, 10)]
TARGETS = [2 * x + (20.0 if place == OUTLIER else 0.01 * place) for place, (x,) in enumerate(POINTS)]
LINE = f"""
[data]
name = "points"
task = "regression"
inputs = {POINTS}
targets = {TARGETS}
[data.split]
train = 1.0
validation = 0.0
test = 0.0
[data.preprocessing]
inputs = "none"
targets = "none"
[model]
name = "linear"
[[losses]]
name = "squared_error"
[[losses]]
name = "absolute_error"
[optimizer]
name = "sgd"
learning_rate = 0.01
[training]
steps = 400
evaluate_every = 100
full_batch = true
precision = "float64"
"""
DIGITS = """
[data]
name = "digits"
[model]
hidden = [8]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "squared_error"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 40
"""


@pytest.fixture(scope="module")
def line() -> Session:
    return train(parse_experiment(LINE, "line.toml"))


@pytest.fixture(scope="module")
def digits() -> Session:
    return train(parse_experiment(DIGITS, "digits.toml"))


def panel(session: Session, **options: object) -> ChartPanel:
    return instrument_panel(session, "influence", ViewOptions(**options))  # type: ignore[arg-type]


def answer(session: Session) -> dict[int, LossInfluence]:
    question = INFLUENCE.question(session, ViewOptions())
    assert not isinstance(question, str)
    found = DirectAnswers().ask(session, question)
    assert isinstance(found, dict)
    return found


def test_a_planted_outlier_pulls_hardest_on_the_squared_error_and_like_any_other_on_the_absolute_error(
    line: Session,
) -> None:
    squared, absolute = answer(line).values()
    assert squared.rows[squared.hardest[0]] == OUTLIER
    # ∂(y − p)²/∂w: 2 |residual| · length of (x, 1); written out for every sample
    parameters = np.asarray(line.curves.snapshots.at(0), dtype=np.float64)
    x, y = np.array(POINTS)[squared.rows, 0], np.array(TARGETS)[squared.rows]
    pull = 2 * np.abs(parameters[0] * x + parameters[1] - y) * np.hypot(x, 1)
    np.testing.assert_allclose(squared.share, pull / pull.sum(), rtol=1e-9)
    assert squared.share.max() > 0.3
    length = np.hypot(x, 1)
    np.testing.assert_allclose(absolute.share, length / length.sum(), rtol=1e-9)


def test_the_hardest_are_bars_from_the_top_with_their_rows_and_shares(line: Session) -> None:
    made = panel(line)
    (facet,) = made.facets
    squared, absolute = (layer for layer in facet.layers if isinstance(layer, ChartBars))
    assert (squared.series, absolute.series) == (1, 2)
    assert squared.keys == absolute.keys
    assert squared.keys[0] == OUTLIER
    assert len(squared.keys) == 10
    assert (np.diff(np.maximum(squared.right, absolute.right)) <= 0).all()
    assert (np.diff(squared.low) < 0).all()
    np.testing.assert_allclose(squared.low, absolute.high)  # side by side
    assert squared.words[0].startswith(f"MSE raw: Row {OUTLIER} · y = 18.5: loss ")
    assert facet.y.ticks[0] == (10.0, f"{OUTLIER} · y = 18.5")
    ten = answer(line)[0].share[answer(line)[0].hardest].sum()
    assert made.legend[0].value == f"{100 * ten:.1f}\u202f%"
    assert made.subtitle == "20 training samples, step 400"
    assert made.foot == "Bars: row · target. Legend: a loss's own ten together."


def test_a_sample_that_is_picked_stands_out(line: Session) -> None:
    found = answer(line)[0]
    easy = int(found.rows[np.argmin(found.share)])
    bars = [layer for layer in panel(line, sample=easy).facets[0].layers if isinstance(layer, ChartBars)]
    outline = next(layer for layer in bars if layer.style == "outline")
    assert all(easy in layer.keys for layer in bars[:2])
    at = bars[0].keys.index(easy)
    assert outline.right[0] == max(layer.right[at] for layer in bars[:2])
    assert outline.low[0] < bars[1].low[at] < bars[0].high[at] < outline.high[0]
    points = panel(line, sample=easy, choices=(("show", "all"),)).facets[0].layers[1]
    assert isinstance(points, ChartPoints) and points.picked is not None
    assert [points.keys[place] for place in np.flatnonzero(points.picked)] == [easy]
    assert panel(line, sample=999).foot == "Row 999 is not among the training samples looked at."


def test_what_cannot_be_drawn_among_the_data_is_drawn_by_itself(digits: Session) -> None:
    row = int(answer(digits)[0].rows[0])
    made = panel(digits, sample=row)
    image = made.facets[-1].layers[0]
    assert isinstance(image, ChartGrid)
    assert made.facets[-1].title == f"Row {row}"
    from sklearn.datasets import load_digits

    np.testing.assert_array_equal(image.values[::-1], load_digits().images[row])
    assert made.foot.startswith(f"Row {row}: CE predicted ")
    assert "MSE raw predicted " in made.foot


def test_it_follows_the_step_and_the_losses_shown(line: Session) -> None:
    assert panel(line, at=0).subtitle.endswith("step 0")
    assert panel(line, at=150).subtitle.endswith("step 100")
    hidden = panel(line, hidden_losses=frozenset({0}))
    # the one that is hidden can be shown again where it was
    assert [(entry.series, entry.visible) for entry in hidden.legend] == [(1, False), (2, True)]
    assert [layer.series for layer in hidden.facets[0].layers if isinstance(layer, ChartBars)] == [2]


def test_all_samples_are_held_against_each_other_on_the_same_axes(digits: Session) -> None:
    made = panel(digits, choices=(("show", "all"),))
    assert len(made.facets) == made.columns == 2
    assert made.facets[0].x == made.facets[1].x
    assert made.facets[0].y == made.facets[1].y
    for facet in made.facets:
        points = facet.layers[1]
        assert isinstance(points, ChartPoints)
        assert ((points.x >= facet.x.low) & (points.x <= facet.x.high)).all()
        assert ((points.y >= facet.y.low) & (points.y <= facet.y.high)).all()
        assert facet.x.high / facet.x.low < 1e8
    row = int(answer(digits)[0].rows[0])
    assert len(panel(digits, sample=row, choices=(("show", "all"),)).facets) == 2  # ringed, not drawn
    assert len(panel(digits, sample=row, choices=(("show", "all"),), solo=0).facets) == 2  # with its image


def test_of_many_losses_all_samples_of_one_are_shown() -> None:
    losses = "".join(f"[[losses]]\nname = '{name}'\n" for name in ("huber", "log_cosh", "absolute_error"))
    text = (
        f"[data]\nname='line'\nsamples=40\n[model]\nname='linear'\n[[losses]]\nname='squared_error'\n{losses}"
        "[training]\nsteps=20\nevaluate_every=20\n"
    )
    made = panel(train(parse_experiment(text, "four.toml")), choices=(("show", "all"),), loss=2)
    assert [facet.series for facet in made.facets] == [3]
    choice = made.choices[-1]
    assert (choice.key, choice.current, len(choice.options)) == ("loss", "2", 4)


def test_a_target_that_was_changed_on_purpose_is_marked() -> None:
    text = DIGITS.replace("[model]", "[data.label_noise]\nshare = 0.4\n[model]", 1)
    session = train(parse_experiment(text, "noise.toml"))
    made = panel(session)
    assert "* changed on purpose" in made.facets[0].x.label
    assert any(words.endswith(" *") for _, words in made.facets[0].y.ticks)
    points = panel(session, choices=(("show", "all"),)).facets[0].layers[1]
    assert isinstance(points, ChartPoints) and points.hollow is not None
    assert points.hollow.mean() == pytest.approx(0.4, abs=0.02)


def test_a_picked_sample_beyond_those_looked_at_is_added(digits: Session) -> None:
    book = Book(digits.run_config)
    some = book.samples(0, "train", 50)
    assert len(some.rows) == 50
    other = next(row for row in book.run(0).samples("train").rows if row not in some.rows)
    added = book.with_row(0, "train", int(other), some)
    assert added.rows[-1] == other
    assert len(added.inputs) == len(added.targets) == len(added.corrupted) == 51
    assert book.with_row(0, "train", 10**6, some) is some


def test_one_sample_is_one_sample_and_no_axis_of_shares_goes_past_all_of_it() -> None:
    one = LINE.replace(f"inputs = {POINTS}", f"inputs = {POINTS[:1]}")
    one = one.replace(f"targets = {TARGETS}", f"targets = {TARGETS[:1]}")
    assert one != LINE
    made = panel(train(parse_experiment(one, "one.toml")))
    assert made.subtitle == "1 training sample, step 400"
    assert made.facets[0].x.high == 1.0

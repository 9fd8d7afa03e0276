"""Residuals as an instrument: planted noise, units, losses with noise of their own."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.chart import ChartBars, ChartLine, ChartPoints
from lab.experiment_file import parse_experiment
from lab.instruments.book import Book
from lab.instruments.direct import DirectAnswers
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.looking import instrument_panel
from lab.instruments.residuals_plot import RESIDUALS
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

TOML = """
[data]
name = "line"
samples = {samples}
noise = "{noise}"
scale = 0.5
slope = 8.0
{data}
[model]
name = "linear"
{losses}
[optimizer]
name = "adam"
learning_rate = 0.05
[training]
steps = {steps}
evaluate_every = {steps}
full_batch = true
[seeds]
count = 1
"""


def trained(
    *losses: str, noise: str = "gaussian", samples: int = 3000, steps: int = 800, data: str = ""
) -> Session:
    text = TOML.format(
        noise=noise, samples=samples, steps=steps, data=data,
        losses="\n".join(f"[[losses]]\nname = {loss}" for loss in losses),
    )  # fmt: skip
    return train(parse_experiment(text, "numbers.toml"))


SPLIT = "[data.split]\ntrain = 0.5\nvalidation = 0.5\ntest = 0.0\n"


@pytest.fixture(scope="module")
def laplace() -> Session:
    return trained('"absolute_error"', '"squared_error"', noise="laplace", data=SPLIT)


def ask(session: Session, options: ViewOptions | None = None) -> Any:
    question = RESIDUALS.question(session, options or ViewOptions())
    assert isinstance(question, Question)
    return pickle.loads(pickle.dumps(DirectAnswers().ask(session, question)))


def test_laplace_noise_is_straight_against_laplace_and_bent_against_gaussian(laplace: Session) -> None:
    # where it was fitted: elsewhere the chance of 1,500 samples moves the middle out of its narrow band
    found = ask(laplace, ViewOptions(choices=(("part", "training"),)))
    assert found.samples == 1500
    absolute, squared = found.losses.values()
    assert (absolute.noise, squared.noise) == ("Laplace", "Gaussian")
    assert float(absolute.parameters.removeprefix("b = ")) == pytest.approx(0.5, rel=0.08)  # as planted
    assert float(squared.parameters.removeprefix("σ = ")) == pytest.approx(0.5 * 2**0.5, rel=0.08)
    assert absolute.goodness.outside < 0.2
    assert squared.goodness.outside > 0.5
    assert squared.goodness.outliers > 3 * absolute.goodness.outliers
    for loss, straight in ((absolute, True), (squared, False)):
        bend = np.corrcoef(loss.goodness.theoretical, loss.goodness.ordered)[0, 1]
        assert bool(bend > 0.995) is straight
        assert not loss.guide


def test_gaussian_noise_is_straight_against_gaussian() -> None:
    session = trained('"squared_error"', '"absolute_error"', data=SPLIT)
    squared, absolute = ask(session).losses.values()
    assert float(squared.parameters.removeprefix("σ = ")) == pytest.approx(0.5, rel=0.08)
    assert squared.goodness.outside < 0.2 < 0.5 < absolute.goodness.outside


def test_one_loss_is_drawn_large_and_another_can_be_chosen(laplace: Session) -> None:
    answer = ask(laplace)
    for index, loss in enumerate(answer.losses.values()):
        panel = instrument_panel(laplace, "residuals", ViewOptions(loss=index))
        assert panel.subtitle == "1\u2009500 validation samples, step 800"
        assert len(panel.facets) == panel.columns == 2
        choice = panel.choices[0]
        assert (choice.key, choice.current, len(choice.options)) == ("loss", str(index), 2)
        bars, line = panel.facets[0].layers
        assert isinstance(bars, ChartBars)
        assert isinstance(line, ChartLine)
        np.testing.assert_array_equal(bars.high, loss.histogram.density)
        assert line.name == f"{loss.noise}, {loss.parameters}"  # said in the key, not over the bars
        assert not panel.facets[0].note
        assert "residual (y)" in panel.facets[0].x.label
        points = [layer for layer in panel.facets[1].layers if isinstance(layer, ChartPoints)]
        assert len(points[0].x) == 400
        styles = [layer.style for layer in panel.facets[1].layers if isinstance(layer, ChartLine)]
        assert styles == ["thin", "thin", "guide"]
        assert "off the band" in panel.foot
        assert panel.facets[0].series == bars.series
    for options in (ViewOptions(solo=1), ViewOptions(hidden_losses=frozenset({0}), loss=0)):
        one = instrument_panel(laplace, "residuals", options)
        assert one.facets[0].series == 2
        assert [choice.key for choice in one.choices] == ["part"]
    assert instrument_panel(laplace, "residuals", ViewOptions(hidden_losses=frozenset({0, 1}))).placeholder
    training = instrument_panel(laplace, "residuals", ViewOptions(choices=(("part", "training"),)))
    assert "training samples" in training.subtitle


def test_residuals_are_in_original_units_whatever_was_standardised() -> None:
    as_is = SPLIT + '[data.preprocessing]\ntargets = "none"\n'
    found = [ask(trained('"squared_error"', data=data, samples=400)) for data in (SPLIT, as_is)]
    one, other = (next(iter(answer.losses.values())) for answer in found)
    np.testing.assert_allclose(one.goodness.ordered, other.goodness.ordered, atol=0.05)


@pytest.mark.parametrize(
    ("loss", "unit", "noise", "guide"),
    [
        ("gaussian_nll", "predicted deviation", "Gaussian", ""),
        ("laplace_nll", "predicted scale", "Laplace", ""),
        ("welsch", "residual (y)", "Gaussian", "bounded"),
        ("huber", "residual (y)", "Huber's least favourable", ""),
    ],
)
def test_every_loss_is_held_against_its_own_noise(loss: str, unit: str, noise: str, guide: str) -> None:
    session = trained(f'"{loss}"', samples=200, steps=100)
    panel = instrument_panel(session, "residuals", ViewOptions())
    (found,) = ask(session).losses.values()
    assert found.noise == noise
    assert unit in found.unit
    assert guide in found.guide
    assert ("no likelihood" in panel.note) is bool(guide)


@pytest.mark.parametrize(
    "loss", ["poisson", "gamma", "tweedie", "squared_log_error", "absolute_percentage_error"]
)
def test_losses_of_positive_numbers(loss: str) -> None:
    data = "intercept = 60.0\nlow = 0.0\n" + SPLIT + '[data.preprocessing]\ntargets = "none"\n'
    session = trained(f'"{loss}"', samples=300, steps=300, data=data)
    (found,) = ask(session).losses.values()
    panel = instrument_panel(session, "residuals", ViewOptions())
    assert np.isfinite(found.goodness.ordered).all()
    if loss in ("poisson", "gamma", "tweedie"):
        assert "√V" in found.unit
        assert "no likelihood" in panel.note
    else:
        assert found.noise == ("Gaussian" if loss == "squared_log_error" else "Laplace")
        assert "no likelihood" not in panel.note


def test_a_learned_scale_that_is_right_has_deviation_one() -> None:
    (found,) = ask(trained('"gaussian_nll"', data=SPLIT, steps=1500)).losses.values()
    assert float(found.parameters.removeprefix("σ = ")) == pytest.approx(1, rel=0.06)


def test_of_several_targets_one_is_chosen(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = tmp_path / "two.npz"
    np.savez(table, inputs=rng.normal(0, 1, (80, 3)), targets=rng.normal(0, [1.0, 20.0], (80, 2)))
    text = f"[data]\nname='file'\npath='{table}'\n[[losses]]\nname='squared_error'\n"
    session = train(parse_experiment(f"{text}[training]\nsteps=50\nevaluate_every=50\n"))
    names = session.summary.target_names  # type: ignore[union-attr]
    assert len(names) == 2
    first = instrument_panel(session, "residuals", ViewOptions(choices=(("part", "training"),)))
    second = instrument_panel(
        session, "residuals", ViewOptions(choices=(("output", "1"), ("part", "training")))
    )
    assert [words for _, words in first.choices[0].options] == list(names)
    assert names[0] in first.facets[0].x.label
    assert names[1] in second.facets[0].x.label
    assert first.foot != second.foot


def test_classes_and_too_few_samples_are_refused_in_words(laplace: Session) -> None:
    classes = parse_experiment(
        "[data]\nname='blobs'\nsamples=100\n[[losses]]\nname='squared_error'\n[training]\nsteps=20\nevaluate_every=20\n"
    )
    assert "targets are classes" in instrument_panel(train(classes), "residuals", ViewOptions()).placeholder
    few = trained('"squared_error"', samples=12, steps=20)
    assert "too few" in instrument_panel(few, "residuals", ViewOptions()).placeholder
    none = trained(
        '"squared_error"', samples=40, steps=20, data="[data.split]\ntrain=1.0\nvalidation=0.0\ntest=0.0\n"
    )
    assert "40 training samples" in instrument_panel(none, "residuals", ViewOptions()).subtitle
    early = instrument_panel(laplace, "residuals", replace(ViewOptions(), at=0))
    assert "step" in early.subtitle


def test_an_exact_fit_has_no_residuals_to_show(laplace: Session) -> None:
    book = Book(laplace.run_config)
    run = book.run(0)
    book.add(0, {0: np.zeros(run.model.parameter_count)})
    run.plan.data.validation.targets[:] = 0.0
    with pytest.raises(InstrumentError, match="every residual is 0"):
        RESIDUALS.answer(Question("residuals", (0,), (0,), (("part", "validation"),)), book)


def test_means_are_said_in_the_digits_that_they_have(laplace: Session) -> None:
    answer = ask(laplace)
    loss = answer.losses[0]
    exact = replace(loss, goodness=replace(loss.goodness, mean=3.4e-8, outliers=0.0, outside=0.0))
    panel = RESIDUALS.panel(laplace, ViewOptions(), replace(answer, losses={**answer.losses, 0: exact}))
    assert panel.foot.startswith("mean 0, skew ")
    assert "no outliers (expected 0.27" in panel.foot
    assert "no off the band" not in panel.foot
    assert "none off the band" in panel.foot


def test_a_part_of_one_sample_says_where_there_are_more() -> None:
    few = trained(
        '"squared_error"',
        samples=20,
        steps=5,
        data="[data.split]\ntrain = 0.95\nvalidation = 0.05\ntest = 0.0\n",
    )
    panel = instrument_panel(few, "residuals", ViewOptions())
    assert panel.placeholder == (
        "1 validation sample is too few for a distribution; the menu of this plot has the training part"
    )
    part = next(choice for choice in panel.choices if choice.key == "part")
    assert [value for value, _ in part.options] == ["validation", "training"]
    on_training = instrument_panel(few, "residuals", ViewOptions(choices=(("part", "training"),)))
    assert on_training.facets and not on_training.placeholder

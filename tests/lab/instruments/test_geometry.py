"""Cosines between the losses' gradients: known answers, and what cannot share weights."""

from __future__ import annotations

import numpy as np
import pytest

from lab.chart import ChartGrid, ChartLine
from lab.instruments.frozen import freeze
from lab.instruments.geometry import cosines, gradient_products
from lab.instruments.geometry_plot import GeometryPlot
from lab.instruments.instrument import Question
from lab.instruments.looking import instrument_panel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import experiment, lesson
from tests.lab.lessons.trained import train

LOSSES = ("cross_entropy", "brier", "squared_error scale = 0.5")


@pytest.fixture(scope="module")
def session() -> Session:
    return train(experiment(*LOSSES))


def test_at_uniform_outputs_squared_and_absolute_error_go_the_way_of_cross_entropy() -> None:
    runs = list(freeze(lesson("softmax_gradients/gaussian"), (0, 1, 2)).values())
    (products,) = gradient_products(runs, *runs[0].part("train"), runs[0].initial)
    assert cosines(products) == pytest.approx(np.ones((3, 3)))
    norms = np.sqrt(np.diag(products))
    assert norms[0] / norms[1:] == pytest.approx([5, 5])  # K / 2 with ten classes


def test_products_are_those_of_gradients_written_out() -> None:
    config = experiment(*LOSSES)
    runs = list(freeze(config, (0, 1, 2)).values())
    inputs, targets = runs[0].part("train")
    parameters = np.random.default_rng(0).normal(0, 0.6, runs[0].model.parameter_count)
    products = gradient_products(runs, inputs, targets, parameters)
    rows = np.stack([run.gradient(inputs, targets, parameters)[1] for run in runs])
    assert products.shape == (3, 3, 3)
    assert products.sum(axis=0) == pytest.approx(rows @ rows.T)
    for part, product in zip(runs[0].model.layer_slices, products, strict=True):
        assert product == pytest.approx(rows[:, part] @ rows[:, part].T)


def test_a_gradient_of_0_has_no_direction() -> None:
    found = cosines(np.array([[4.0, 0.0], [0.0, 0.0]]))
    assert found[0, 0] == 1
    assert np.isnan([found[0, 1], found[1, 1]]).all()


def matrix(session: Session, options: ViewOptions) -> np.ndarray:
    grid = instrument_panel(session, "geometry", options).facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    return grid.values[::-1]


def expected(session: Session, at: int, step: int, layer: slice = slice(None)) -> np.ndarray:
    runs = list(freeze(session.run_config, (0, 1, 2)).values())
    parameters = session.curves.snapshots.at(at, step)
    assert parameters is not None
    parameters = np.asarray(parameters, np.float64)
    rows = np.stack([run.gradient(*runs[at].part("train"), parameters)[1] for run in runs])
    layers = runs[0].model.layer_slices
    if layer != slice(None):
        rows = rows[:, layers[0]]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def test_the_matrix_is_at_the_weights_of_the_loss_chosen(session: Session) -> None:
    assert matrix(session, ViewOptions()) == pytest.approx(expected(session, 0, 20))
    assert matrix(session, ViewOptions(loss=1, at=7)) == pytest.approx(expected(session, 1, 5))
    first = ViewOptions(choices=(("layer", "1"),))
    assert matrix(session, first) == pytest.approx(expected(session, 0, 20, slice(1)))


def test_the_plot_says_lengths_and_draws_the_course(session: Session) -> None:
    panel = instrument_panel(session, "geometry", ViewOptions(loss=2))
    assert panel.subtitle == "step 20, at the weights of 0.5 × MSE raw"
    assert [choice.key for choice in panel.choices] == ["loss", "layer"]
    assert panel.choices[0].current == "2"
    assert [words for _, words in panel.facets[0].y.ticks] == ["CE", "Brier", "0.5 × MSE raw"]
    assert not any(words for _, words in panel.facets[0].x.ticks)  # too long to stand under a column
    two = instrument_panel(session, "geometry", ViewOptions(hidden_losses=frozenset({2})))
    assert [words for _, words in two.facets[0].x.ticks] == ["CE", "Brier"]
    run = freeze(session.run_config, (2,))[2]
    parameters = session.curves.snapshots.at(2)
    norm = np.linalg.norm(run.gradient(*run.part("train"), np.asarray(parameters, np.float64))[1])
    assert float(panel.legend[2].value.removeprefix("|g| ")) == pytest.approx(norm, rel=0.01)
    lines = [layer for layer in panel.facets[1].layers if isinstance(layer, ChartLine)]
    drawn = [line for line in lines if line.style == "line"]
    assert [line.series for line in drawn] == [1, 2]
    assert drawn[0].x.tolist() == [0, 5, 10, 15, 20]
    assert drawn[0].y[-1] == pytest.approx(expected(session, 2, 20)[0, 2])
    assert drawn[1].y[0] == pytest.approx(expected(session, 2, 0)[1, 2])


def test_losses_with_another_number_of_outputs_are_left_out() -> None:
    mixed = train(
        experiment(
            "cross_entropy", "binary_cross_entropy", "brier", data='name = "moons"\nsamples = 60', hidden=()
        )
    )
    panel = instrument_panel(mixed, "geometry", ViewOptions())
    assert panel.note == "left out, with another number of outputs: BCE"
    assert [words for _, words in panel.facets[0].x.ticks] == ["CE", "Brier"]
    alone = instrument_panel(mixed, "geometry", ViewOptions(loss=1))
    assert (
        alone.placeholder
        == "no other loss shown has as many outputs as this one, so none can share its weights"
    )
    assert alone.choices[0].current == "1"
    assert [choice.key for choice in alone.choices] == ["loss"]


def test_runs_are_paired_whichever_seed_is_looked_at() -> None:
    session = train(experiment(*LOSSES, seeds=2))
    question = GeometryPlot().question(session, ViewOptions())
    assert isinstance(question, Question)
    assert question.runs == (0, 2, 4)
    session.set_visible((0, 2, 4), False)
    question = GeometryPlot().question(session, ViewOptions(loss=1))
    assert isinstance(question, Question)
    assert question.runs == (3, 1, 5)


def test_one_loss_alone_has_nothing_to_be_compared_with(session: Session) -> None:
    solo = instrument_panel(session, "geometry", ViewOptions(solo=0))
    assert solo.placeholder == "the others are hidden; directions are compared between two"
    hidden = instrument_panel(session, "geometry", ViewOptions(hidden_losses=frozenset(range(9))))
    assert hidden.placeholder == "every loss is hidden"
    hidden = instrument_panel(session, "geometry", ViewOptions(hidden_losses=frozenset({1})))
    assert len(hidden.facets[0].x.ticks) == 2

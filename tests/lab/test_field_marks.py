"""What is marked on surfaces: points that are taken for another class, and what can be shown or hidden."""

from __future__ import annotations

import numpy as np

from lab.experiment_file import parse_experiment
from lab.field_marks import MOST_RESIDUALS, field_choices, misclassified
from lab.instruments.book import Book
from lab.panel_views import make_panel
from lab.panels import FieldPanel
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

X, Y = np.linspace(0, 4, 9), np.linspace(-1, 1, 5)
RAMP = np.broadcast_to(X / 4, (5, 9))


def test_a_planted_boundary_parts_right_from_wrong() -> None:
    points = np.array(
        [[1.9, 0.0], [2.1, 0.3], [1.9, -1.0], [2.1, 1.0], [0.0, 0.0], [4.0, 0.0], [2.5, np.nan]]
    )
    labels = np.array([0, 1, 1, 0, 0, 1, 0], dtype=float)
    found = misclassified(points, labels, (X, Y), RAMP, "probability")
    assert found.tolist() == [False, False, True, True, False, False, False]


def test_probabilities_are_interpolated_in_both_directions() -> None:
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(0, 4, 200), rng.uniform(-1, 1, 200)], axis=1)
    surface = 0.5 + (X[None] - 2) * 0.1 + 0.2 * Y[:, None] + 0.05 * X[None] * Y[:, None]
    exact = 0.5 + (points[:, 0] - 2) * 0.1 + 0.2 * points[:, 1] + 0.05 * points[:, 0] * points[:, 1]
    ones = misclassified(points, np.ones(200), (X, Y), surface, "probability")
    np.testing.assert_array_equal(ones, exact <= 0.5)


def test_classes_are_those_of_the_nearest_place_of_the_grid() -> None:
    classes = np.broadcast_to(np.array([0, 0, 0, 1, 1, 1, 2, 2, 2.0]), (5, 9))
    points = np.array([[1.2, 0.0], [1.3, 0.0], [2.7, 0.0], [2.8, 0.0], [9.0, 0.0]])
    labels = np.array([0, 0, 1, 1, 2.0])
    found = misclassified(points, labels, (X, Y), classes, "class")
    assert found.tolist() == [False, True, False, True, False]


def test_what_is_not_known_is_not_wrong() -> None:
    points = np.array([[1.0, 0.0], [3.0, 0.0]])
    nothing = np.full((5, 9), np.nan)
    assert not misclassified(points, np.array([1.0, 0.0]), (X, Y), nothing, "probability").any()
    assert not misclassified(points, np.array([np.nan, np.nan]), (X, Y), RAMP, "probability").any()
    assert not misclassified(points, np.zeros(2), (X, Y), np.empty((0, 0)), "probability").any()


def test_only_what_makes_sense_can_be_chosen() -> None:
    def keys(*about: object) -> list[str]:
        return [choice.key for choice in field_choices(ViewOptions(), *about)]  # type: ignore[arg-type]

    assert keys("probability", 2, 2, 100, 2) == ["wrong", "margins"]
    assert keys("class", 2, 3, 100, 2) == ["wrong"]
    assert keys("number", 2, 0, 100, 2) == []
    assert keys("number", 1, 0, 100, 2) == ["residuals"]
    assert keys("number", 1, 0, 100, 3) == []
    assert keys("number", 1, 0, MOST_RESIDUALS + 1, 1) == []
    assert keys("probability", 1, 2, 100, 1) == []
    hidden = field_choices(
        ViewOptions(choices=(("wrong", "off"), ("margins", "?"))), "probability", 2, 2, 9, 1
    )
    assert [choice.current for choice in hidden] == ["off", "on"]


def test_the_marks_of_a_trained_run_are_those_of_its_model() -> None:
    session = train(
        parse_experiment(
            '[data]\nname = "moons"\nsamples = 300\nnoise = 0.3\n[model]\nhidden = [6]\n'
            '[[losses]]\nname = "cross_entropy"\n[training]\nsteps = 200\n[seeds]\ncount = 1\n'
        )
    )
    panel = make_panel(session, "field", ViewOptions())
    assert isinstance(panel, FieldPanel)
    assert panel.margins
    assert not panel.residuals
    wrong = panel.views[0].wrong
    assert 0 < wrong.sum() < 150
    # against the model itself, on samples in the order of the data set
    run = Book(session.run_config).run(0)
    truth = {}
    for part in ("train", "validation", "test"):
        samples = run.samples(part)  # type: ignore[arg-type]
        if not len(samples.inputs):
            continue
        predicted = run.forward(samples.inputs, session.curves.snapshots.at(0)).predictions.argmax(axis=1)
        truth |= dict(zip(samples.rows.tolist(), (predicted != samples.targets).tolist(), strict=True))
    model = np.array([truth[row] for row in panel.rows.tolist() if row in truth])
    drawn = np.array(
        [mark for row, mark in zip(panel.rows.tolist(), wrong.tolist(), strict=True) if row in truth]
    )
    assert len(model) == 300
    assert (model != drawn).sum() <= 3  # the grid's picture may differ within a cell of the boundary
    off = make_panel(session, "field", ViewOptions(choices=(("wrong", "off"), ("margins", "off"))))
    assert isinstance(off, FieldPanel)
    assert not len(off.views[0].wrong)
    assert not off.margins

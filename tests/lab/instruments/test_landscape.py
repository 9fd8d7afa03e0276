"""Landscapes with known answers: a quadratic bowl, and one neuron under two losses."""

from __future__ import annotations

import numpy as np
import pytest

from lab.experiment_file import parse_experiment
from lab.instruments.frozen import freeze
from lab.instruments.landscape import (
    Plane,
    least_curvature,
    objective_of,
    parameter_plane,
    path_plane,
    random_plane,
    surface,
)

NEURON = """
[data]
name = "points"
inputs = {inputs}
targets = {targets}
task = "classification"
[data.split]
train = 1.0
validation = 0.0
test = 0.0
[data.preprocessing]
inputs = "none"
[model]
name = "linear"
[[losses]]
name = "binary_cross_entropy"
[[losses]]
name = "squared_error_sigmoid"
[seeds]
count = 1
"""


def test_one_neuron_curves_down_nowhere_under_cross_entropy_and_on_89_percent_under_squared_error() -> None:
    x = np.linspace(-2, 2, 20)
    text = NEURON.format(inputs=[[float(v)] for v in x], targets=[int(v > 0) for v in x])
    runs = freeze(parse_experiment(text), (0, 1))
    grid = np.linspace(-10, 10, 41)
    shares = []
    for run in runs.values():
        plane = parameter_plane(np.zeros(2), 0, 1)
        curvature = least_curvature(objective_of(run, *run.part("train")), plane, grid, grid)
        shares.append(float((curvature < -1e-9).mean()))
    # rounding of second differences is about 1e-16 / h², so flat regions of cross-entropy count as neither
    assert shares[0] <= 0.001
    assert shares[1] == pytest.approx(0.89, abs=0.02)


def test_a_bowl_has_the_surface_and_curvature_that_it_has() -> None:
    bowl = np.diag([2.0, 6.0, 1.0])

    def of(w: np.ndarray) -> float:
        return float(w @ bowl @ w) / 2

    plane = parameter_plane(np.array([0.0, 0.0, 1.0]), 0, 1)
    x, y = np.linspace(-1, 1, 5), np.linspace(-2, 2, 3)
    found = surface(of, plane, x, y)
    assert found.shape == (3, 5)
    np.testing.assert_allclose(found, x[None] ** 2 + 3 * y[:, None] ** 2 + 0.5)
    np.testing.assert_allclose(least_curvature(of, plane, x, y), 2.0, rtol=1e-4)
    saddle = least_curvature(lambda w: w[0] * w[1], plane, x, y)
    np.testing.assert_allclose(saddle, -1.0, rtol=1e-4)


def test_the_plane_of_a_path_is_where_it_runs() -> None:
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(20, 2)))[0].T
    t = np.linspace(0, 3, 40)
    path = rng.normal(size=20) + np.outer(np.exp(-t), basis[0]) + np.outer(0.1 * np.sin(t), basis[1])
    plane = path_plane(path)
    coordinates, off = plane.project(path)
    assert off < 1e-20
    np.testing.assert_allclose([plane.point(*c) for c in coordinates], path, atol=1e-12)
    assert coordinates[-1].tolist() == pytest.approx([0, 0], abs=1e-12)
    assert plane.labels[0].startswith("component 1 (9")


def test_what_lies_off_a_plane_is_said() -> None:
    plane = parameter_plane(np.zeros(3), 0, 1)
    _, off = plane.project(np.array([[1.0, 0.0, 1.0]]))
    assert off == pytest.approx(0.5)


def test_random_directions_are_as_long_as_the_units_own_weights() -> None:
    text = "[data]\nname = 'moons'\n[model]\nhidden = [7]\n[[losses]]\nname = 'cross_entropy'\n"
    run = freeze(parse_experiment(text), (0,))[0]
    plane = random_plane(run, run.initial, 3)
    for direction in (plane.first, plane.second):
        for drawn, own in zip(run.matrices(direction), run.matrices(run.initial), strict=True):
            np.testing.assert_allclose(
                np.linalg.norm(drawn[:-1], axis=0), np.linalg.norm(own[:-1], axis=0), rtol=1e-9
            )
            assert (drawn[-1] == 0).all()
    again = random_plane(run, run.initial, 3)
    np.testing.assert_array_equal(plane.first, again.first)


def test_planes_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="no parameter 5"):
        parameter_plane(np.zeros(3), 0, 5)
    with pytest.raises(ValueError, match="two different"):
        parameter_plane(np.zeros(3), 1, 1)
    with pytest.raises(ValueError, match="three points"):
        path_plane(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="does not move"):
        path_plane(np.zeros((5, 4)))
    assert Plane(np.zeros(2), np.eye(2)[0], np.eye(2)[1], ("a", "b")).point(1, 2).tolist() == [1, 2]

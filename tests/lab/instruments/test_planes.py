"""Planes: of paths, random, of two parameters; what they are called."""

from __future__ import annotations

import numpy as np
import pytest

from lab.experiment_file import parse_experiment
from lab.instruments.frozen import freeze
from lab.instruments.planes import Plane, parameter_names, parameter_plane, path_plane, random_plane


def spiral(seed: int = 0, size: int = 20) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(size, 2)))[0].T
    t = np.linspace(0, 3, 40)
    path = rng.normal(size=size) + np.outer(np.exp(-t), basis[0]) + np.outer(0.1 * np.sin(t), basis[1])
    return path, basis


@pytest.mark.parametrize("size", [20, 60])  # more and fewer points than parameters
def test_the_plane_of_a_path_is_where_it_runs(size: int) -> None:
    path, _ = spiral(size=size)
    plane = path_plane(path)
    coordinates, off = plane.project(path)
    assert off < 1e-20
    np.testing.assert_allclose([plane.point(*c) for c in coordinates], path, atol=1e-12)
    assert coordinates[-1].tolist() == pytest.approx([0, 0], abs=1e-12)
    assert plane.labels[0].startswith("PC 1 (9")
    assert coordinates[0, 0] < 0  # it runs to the right
    np.testing.assert_allclose(
        [plane.first @ plane.first, plane.second @ plane.second, plane.first @ plane.second],
        [1, 1, 0], atol=1e-9,
    )  # fmt: skip


def test_two_paths_have_one_plane_and_planted_components_are_found() -> None:
    rng = np.random.default_rng(2)
    basis = np.linalg.qr(rng.normal(size=(50, 3)))[0].T
    t = np.linspace(0, 1, 30)[:, None]
    start = rng.normal(size=50)
    one, other = (
        start + 3 * t * basis[0],
        start + 3 * t * basis[0] * 0.5 + 2 * t * basis[1] + 0.05 * t**2 * basis[2],
    )
    plane = path_plane(one, other)
    span = np.stack([plane.first, plane.second])
    for direction in basis[:2]:
        assert np.linalg.norm(span @ direction) == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(plane.origin, (one[-1] + other[-1]) / 2)
    assert plane.project(one)[1] < 1e-3
    assert 0 < plane.project(other)[1] < 1e-2


def test_a_straight_path_has_a_plane_with_any_second_direction() -> None:
    path = np.outer(np.linspace(0, 1, 5), np.array([0.0, 2.0, 0.0, 1.0]))
    plane = path_plane(path)
    assert plane.first @ plane.second == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(plane.second) == pytest.approx(1)
    assert plane.labels[0] == "PC 1 (100 %)"


def test_what_lies_off_a_plane_is_said() -> None:
    plane = parameter_plane(np.zeros(3), 0, 1)
    _, off = plane.project(np.array([[1.0, 0.0, 1.0]]))
    assert off == pytest.approx(0.5)


def test_coordinates_of_two_parameters_can_be_their_values() -> None:
    origin = np.array([4.0, 5.0, 6.0])
    assert parameter_plane(origin, 2, 0).point(1, 2).tolist() == [6, 5, 7]
    assert parameter_plane(origin, 2, 0, absolute=True).point(1, 2).tolist() == [2, 5, 1]
    assert origin.tolist() == [4, 5, 6]


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


def test_parameters_are_named_in_the_order_in_which_they_lie() -> None:
    names = parameter_names((2, 3, 2), ("x1", "x2"), ("no", "yes"))
    assert len(names) == 2 * 3 + 3 + 3 * 2 + 2
    assert names[0] == "layer 1: x1 → 1"
    assert names[3] == "layer 1: x2 → 1"
    assert names[6] == "layer 1: bias of 1"
    assert names[9:11] == ("output: 1 → no", "output: 1 → yes")
    assert names[-1] == "output: bias of yes"
    # the moons' net in the layout of the model: the weight from input 1 to unit 2 is place 1 of layer 1
    text = "[data]\nname = 'moons'\n[model]\nhidden = [3]\n[[losses]]\nname = 'cross_entropy'\n"
    run = freeze(parse_experiment(text), (0,))[0]
    numbered = np.arange(len(names), dtype=np.float64)
    first, out = run.matrices(numbered)
    assert names[int(first[1, 0])] == "layer 1: x2 → 1"
    assert names[int(first[2, 1])] == "layer 1: bias of 2"
    assert names[int(out[2, 1])] == "output: 3 → yes"

"""The objective over planes and its curvature: against differences, closed forms, one neuron."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses import LOSSES
from lab.experiment_file import parse_experiment
from lab.instruments import plane_surface as module
from lab.instruments.frozen import FrozenRun, freeze
from lab.instruments.plane_surface import PlaneSurface, plane_surface
from lab.instruments.planes import Plane, parameter_plane, random_plane
from tests.lab.instruments.plane_oracle import by_points, objective_of, second_differences

POINTS = """
[data]
name = "points"
inputs = {inputs}
targets = {targets}
task = "{task}"
[data.split]
train = 1.0
validation = 0.0
test = 0.0
[data.preprocessing]
inputs = "none"
targets = "none"
{model}
{losses}
{training}
[seeds]
count = 1
"""
TASKS = {"regression": "regression", "binary": "classification", "multiclass": "classification"}


def frozen(
    task: str, losses: tuple[str, ...], model: str = '[model]\nname = "linear"\n', training: str = ""
) -> dict[int, FrozenRun]:
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(12, 3)).round(3)
    if task == "regression":
        targets = rng.uniform(0.3, 3, size=12).round(3).tolist()
    else:
        targets = (np.arange(12) % (2 if task == "binary" else 3)).tolist()
    text = POINTS.format(
        inputs=inputs.tolist(), targets=targets, task=TASKS[task], model=model,
        losses="".join(f'[[losses]]\nname = "{name}"\n' for name in losses), training=training,
    )  # fmt: skip
    return freeze(parse_experiment(text), tuple(range(len(losses))))


def random_directions(run: FrozenRun, seed: int = 1) -> Plane:
    """Return a plane in which biases move, too."""
    rng = np.random.default_rng(seed)
    origin, first, second = 0.5 * rng.normal(size=(3, len(run.initial)))
    return Plane(origin, first, second, ("", ""))


def assert_exact(run: FrozenRun, plane: Plane, h: float = 1e-4) -> None:
    x, y = np.linspace(-0.8, 1.1, 4), np.linspace(-0.9, 0.7, 3)
    inputs, targets = run.part("train")
    found = plane_surface(run, plane, x, y, inputs, targets)
    of = objective_of(run, inputs, targets)
    np.testing.assert_allclose(found.values, by_points(of, plane, x, y), rtol=1e-12)
    wanted, again = (second_differences(of, plane, x, y, step) for step in (h, h / 2))
    # where a kink lies between the places that differences look at, they are not the curvature beside it
    smooth = (np.abs(wanted - again) < 1e-3 * (1 + np.abs(wanted))).all(axis=-1)
    assert smooth.mean() >= 0.9
    wanted, got = wanted[smooth], found.curvature[smooth]
    size = float(np.abs(wanted).max()) + float(np.abs(found.values).max())
    np.testing.assert_allclose(got, wanted, rtol=2e-5, atol=2e-7 * size)


@pytest.mark.parametrize("name", sorted(name for name in LOSSES if name != "custom"))
def test_every_loss_on_a_net_agrees_with_differences(name: str) -> None:
    task = LOSSES[name].tasks[-1]
    run = frozen(task, (name,), '[model]\nhidden = [4]\nactivation = "tanh"\n')[0]
    assert_exact(run, random_directions(run))


@pytest.mark.parametrize(
    "activation", ["identity", "relu", "leaky_relu", "tanh", "sigmoid", "gelu", "softplus"]
)
@pytest.mark.parametrize("hidden", [[], [5], [4, 3], [3, 4, 2]])
def test_every_activation_and_depth_agrees_with_differences(activation: str, hidden: list[int]) -> None:
    model = (
        f'[model]\nhidden = {hidden}\nactivation = "{activation}"\n' if hidden else '[model]\nname="linear"\n'
    )
    run = frozen("multiclass", ("cross_entropy",), model)[0]
    assert_exact(run, random_directions(run, 2))


def test_penalties_and_scale_belong_to_the_objective() -> None:
    training = "[training]\nl1 = 0.03\nl2 = 0.2\n"
    run = frozen("regression", ("half_squared_error",), "[model]\nhidden = [3]\n", training)[0]
    assert (run.plan.l1, run.plan.l2) == (0.03, 0.2)
    assert_exact(run, random_directions(run))
    scaled = frozen("regression", ("squared_error",))[0]
    scaled.scale = 0.5  # as matched gradient scales set it
    assert_exact(scaled, random_directions(scaled))


def test_pieces_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    run = frozen("multiclass", ("cross_entropy",), "[model]\nhidden = [4]\n")[0]
    grid = np.linspace(-1, 1, 7)
    whole = plane_surface(run, random_plane(run, run.initial, 1), grid, grid, *run.part("train"))
    monkeypatch.setattr(module, "NUMBERS", 1)
    single = plane_surface(run, random_plane(run, run.initial, 1), grid, grid, *run.part("train"))
    np.testing.assert_allclose(single.values, whole.values, rtol=1e-13)
    np.testing.assert_allclose(single.curvature, whole.curvature, rtol=1e-6, atol=1e-9)


def neuron(*losses: str) -> dict[int, FrozenRun]:
    x = np.linspace(-2, 2, 20)
    text = POINTS.format(
        inputs=[[float(v)] for v in x], targets=[int(v > 0) for v in x], task="classification",
        model='[model]\nname = "linear"\n', losses="".join(f'[[losses]]\nname = "{n}"\n' for n in losses),
        training="",
    )  # fmt: skip
    return freeze(parse_experiment(text), tuple(range(len(losses))))


def test_one_neuron_has_the_curvature_of_its_closed_form() -> None:
    runs = neuron("binary_cross_entropy", "squared_error_sigmoid")
    x = np.linspace(-2, 2, 20)
    t = (x > 0).astype(float)
    grid = np.linspace(-10, 10, 41)
    for run, power in ((runs[0], 1), (runs[1], 2)):
        found = plane_surface(run, parameter_plane(np.zeros(2), 0, 1), grid, grid, *run.part("train"))
        z = grid[None, :, None] * x + grid[:, None, None]
        p = 1 / (1 + np.exp(-z))
        slope = p * (1 - p)
        bend = slope if power == 1 else 2 * slope**2 + 2 * (p - t) * slope * (1 - 2 * p)
        wanted = np.stack([(bend * x * x).mean(-1), (bend * x).mean(-1), bend.mean(-1)], axis=-1)
        np.testing.assert_allclose(found.curvature, wanted, rtol=1e-6, atol=1e-10)


def test_one_neuron_curves_down_nowhere_under_cross_entropy_and_on_89_percent_under_squared_error() -> None:
    runs = neuron("binary_cross_entropy", "squared_error_sigmoid")
    shares = []
    for run in runs.values():
        for points in (41, 61):
            grid = np.linspace(-10, 10, points)
            plane = parameter_plane(np.zeros(2), 0, 1)
            shares.append(plane_surface(run, plane, grid, grid, *run.part("train")).share_down)
    assert shares[:2] == [0.0, 0.0]
    assert shares[2:] == pytest.approx([0.89, 0.89], abs=0.01)


def made(values: np.ndarray, curvature: tuple[float, float, float]) -> PlaneSurface:
    x, y = np.linspace(-1, 1, values.shape[1]), np.linspace(-2, 2, values.shape[0])
    return PlaneSurface(x, y, values, np.broadcast_to(np.array(curvature), (*values.shape, 3)))


def test_a_bowl_curves_up_a_saddle_down_and_rounding_not_at_all() -> None:
    values = np.linspace(0, 1, 15).reshape(3, 5)
    bowl, saddle, ridge = made(values, (2, 0, 6)), made(values, (0, 1, 0)), made(values, (-1, 0, 5))
    assert (bowl.share_down, saddle.share_down, ridge.share_down) == (0, 1, 1)
    # the units are the half widths: 1 along x, 2 along y
    np.testing.assert_allclose(bowl.least_curvature, 2)
    np.testing.assert_allclose(saddle.least_curvature, -2)
    assert made(values, (-1e-12, 0, -1e-12)).share_down == 0


def test_where_the_objective_is_no_number_nothing_curves() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.inf]])
    assert made(values, (-1, 0, -1)).curves_down.tolist() == [[True, False], [True, False]]
    assert made(values, (-1, 0, -1)).share_down == 1
    assert made(np.full((2, 2), np.nan), (-1, 0, -1)).share_down == 0


def test_an_overflow_far_out_leaves_the_rest_exact() -> None:
    run = frozen("regression", ("squared_error",), '[model]\nhidden = [4]\nactivation = "relu"\n')[0]
    plane = random_directions(run)
    far = plane_surface(run, plane, np.array([0.0, 1e200]), np.array([0.0, 0.5]), *run.part("train"))
    assert np.isfinite(far.values[:, 0]).all()
    assert not np.isfinite(far.values[:, 1]).any()

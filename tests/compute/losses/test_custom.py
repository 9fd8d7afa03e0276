"""Typed losses: the same properties as every other loss, and the catalogue's own losses typed as formulas."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from compute.backend import module_of, select_device, to_device, to_host
from compute.losses import LOSS_TYPES, LOSSES, make_loss
from compute.losses.custom import LINK_NAMES, CustomLoss
from compute.workspace import Workspace

HUBER = "where(abs(r) < d, r**2/2, d*(abs(r) - d/2))"


TUKEY = "d**2/6*(1 - (1 - clip(r/d, -1, 1)**2)**3)"


CASES = {
    "huber": (HUBER, "identity", {"d": 1.3}),
    "tukey": (TUKEY, "identity", {"d": 2.5}),
    "focal": ("-(1-p)**g*y*log(p)", "softmax", {"g": 2.0}),
    "brier": ("r**2", "softmax", {}),
    "squared sigmoid": ("r**2", "sigmoid", {}),
    "squared tanh": ("r**2", "tanh", {}),
    "pinball": ("where(r < 0, (t - 1)*r, t*r)", "identity", {"t": 0.3}),
    "log-cosh": ("softplus(2*r) - r - log(2)", "identity", {}),
    "hinge": ("max(0, 1 - m)", "identity", {}),
    "mixed softmax": ("p**2 + a*z**2/K - y*z", "softmax", {"a": 0.1}),
    "mixed sigmoid": ("p*z + sin(z)*y", "sigmoid", {}),
    "exotic": ("tanh(r)**2 + sqrt(1 + r**2) + log1p(r**2) + expm1(-r**2) + abs(r)**1.5", "identity", {}),
    "cases": ("(abs(r) < 1)*r**2 + (abs(r) >= 1)*(2*abs(r) - 1)", "identity", {}),
    "margin": ("min(softplus(-m), 2) + sigmoid(-m)", "identity", {}),
}


@pytest.fixture(params=CASES)
def typed(request: pytest.FixtureRequest) -> CustomLoss:
    formula, link, parameters = CASES[request.param]
    return CustomLoss.of(formula, link, parameters)


def samples(loss, shape=(3, 40, 4), scale=1.5, dtype=np.float64, shared=False, seed=0):
    rng = np.random.default_rng(seed)
    outputs = (scale * rng.normal(size=shape)).astype(dtype)
    target_shape = (1, *shape[1:]) if shared else shape
    if "regression" in loss.card.tasks:
        targets = rng.normal(size=target_shape)
    elif loss.link_name == "softmax":
        targets = np.eye(shape[2])[rng.integers(shape[2], size=target_shape[:2])]
    else:
        targets = rng.integers(2, size=target_shape)
    targets = targets.astype(dtype)
    outputs.flags.writeable = targets.flags.writeable = False
    return outputs, targets


def test_gradient_equals_finite_differences(typed):
    outputs, targets = samples(typed)
    value, gradient = typed.value_and_gradient(outputs, targets)
    step = 1e-6
    for k in range(outputs.shape[2]):
        above, below = outputs.copy(), outputs.copy()
        above[..., k] += step
        below[..., k] -= step
        up, down = typed.value_and_gradient(above, targets)[0], typed.value_and_gradient(below, targets)[0]
        smooth = np.abs(up - 2 * value + down) < 1e-8
        assert smooth.mean() > 0.9
        numeric = (up - down) / (2 * step)
        np.testing.assert_allclose(gradient[..., k][smooth], numeric[smooth], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shared", [False, True], ids=["own", "shared"])
def test_dtype_is_kept_and_precise(typed, dtype, shared):
    outputs, targets = samples(typed, dtype=dtype, shared=shared)
    value, gradient = typed.value_and_gradient(outputs, targets)
    assert value.dtype == gradient.dtype == dtype
    assert value.shape == outputs.shape[:2]
    assert gradient.shape == outputs.shape
    exact = typed.value_and_gradient(outputs.astype(float), targets.astype(float))
    tolerance = 3e-5 if dtype == np.float32 else 1e-15
    np.testing.assert_allclose(value, exact[0], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient, exact[1], rtol=tolerance, atol=tolerance)


def test_runs_do_not_see_each_other_and_buffers_are_reused(typed):
    outputs, targets = samples(typed, shape=(3, 64, 5), dtype=np.float32)
    work = Workspace(np)
    value, gradient = (a.copy() for a in typed.value_and_gradient(outputs, targets, work))
    buffers = len(work)
    for run in range(3):
        alone = typed.value_and_gradient(outputs[run : run + 1], targets[run : run + 1])
        assert np.array_equal(alone[0][0], value[run])
        assert np.array_equal(alone[1][0], gradient[run])
    again = typed.value_and_gradient(outputs, targets, work)
    assert len(work) == buffers
    assert np.array_equal(again[0], value)
    assert np.array_equal(again[1], gradient)


def test_hot_loop_allocates_no_array(typed):
    outputs, targets = samples(typed, shape=(8, 4096, 4), dtype=np.float32)
    work = Workspace(np)
    typed.value_and_gradient(outputs, targets, work)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        typed.value_and_gradient(outputs, targets, work)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < 0.75 * 8 * 4096 * 4


def test_it_is_pickled_as_text_and_rebuilt(typed):
    raw = pickle.dumps(typed)
    assert typed.formula.encode() in raw
    assert b"custom_tree" not in raw
    again = pickle.loads(raw)
    assert again == typed
    assert hash(again) == hash(typed)
    outputs, targets = samples(typed)
    for one, other in zip(
        again.value_and_gradient(outputs, targets), typed.value_and_gradient(outputs, targets), strict=True
    ):
        assert np.array_equal(one, other)


PAIRS = [
    (HUBER, "identity", {"d": 1.0}, "huber", {}),
    (HUBER, "identity", {"d": 0.3}, "huber", {"delta": 0.3}),
    ("r**2", "identity", {}, "squared_error", {}),
    ("abs(r)", "identity", {}, "absolute_error", {}),
    ("r**2", "sigmoid", {}, "squared_error_sigmoid", {}),
    ("r**2", "softmax", {}, "brier", {}),
    ("abs(r)", "softmax", {}, "absolute_error_softmax", {}),
    ("-y*log(p)", "softmax", {}, "cross_entropy", {}),
    ("-y*log(p) - (1-y)*log(1-p)", "sigmoid", {}, "binary_cross_entropy", {}),
    ("softplus(z) - y*z", "identity", {}, "binary_cross_entropy", {}),
    ("softplus(-m)", "identity", {}, "binary_cross_entropy", {}),
]


@pytest.mark.parametrize(("formula", "link", "parameters", "name", "own"), PAIRS)
def test_typed_losses_equal_those_of_the_catalogue(formula, link, parameters, name, own):
    typed, built_in = CustomLoss.of(formula, link, parameters), make_loss(name, **own)
    outputs, _ = samples(typed, scale=2.0)
    rng = np.random.default_rng(3)
    targets = np.eye(4)[rng.integers(4, size=outputs.shape[:2])]
    if link == "identity" and "y" not in formula and "m" not in formula:
        targets = rng.normal(size=outputs.shape)
    for one, other in zip(
        typed.value_and_gradient(outputs, targets), built_in.value_and_gradient(outputs, targets), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("link", ["identity", "softmax"])
def test_columns_equal_numbers(dtype, link):
    column = np.array([[0.3], [1.0], [2.5]])
    formula = HUBER + " + c*p**2"
    together = CustomLoss.of(formula, link, {"d": column, "c": 0.2})
    outputs, targets = samples(together, dtype=dtype)
    value, gradient = together.value_and_gradient(outputs, targets)
    assert value.dtype == gradient.dtype == dtype
    for run, number in enumerate(column[:, 0]):
        alone = CustomLoss.of(formula, link, {"d": float(number), "c": 0.2})
        expected = alone.value_and_gradient(outputs[run : run + 1], targets[run : run + 1])
        tolerance = 1e-5 if dtype == np.float32 else 1e-13
        np.testing.assert_allclose(value[run], expected[0][0], rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(gradient[run], expected[1][0], rtol=tolerance, atol=tolerance)
    with pytest.raises(ValueError, match="columns"):
        CustomLoss.of(formula, link, {"d": np.ones((3, 2)), "c": 1.0})


def test_small_gradients_of_saturated_outputs_keep_their_digits():
    z = np.array([[[20.0, -30.0]]], dtype=np.float32)
    y = np.array([[[1.0, 0.0]]], dtype=np.float32)
    _, gradient = CustomLoss.of("r**2", "sigmoid").value_and_gradient(z, y)
    exact = CustomLoss.of("r**2", "sigmoid").value_and_gradient(z.astype(float), y.astype(float))[1]
    np.testing.assert_allclose(gradient, exact, rtol=1e-5)
    assert gradient.all()


def test_gradient_of_naive_binary_cross_entropy_is_simplified_to_the_residual():
    loss = CustomLoss.of("-y*log(p) - (1-y)*log(1-p)", "sigmoid")
    assert loss.card.plain_gradient == "∂L/∂zₖ = rₖ"
    value, gradient = loss.value_and_gradient(np.full((1, 1, 1), 800.0), np.zeros((1, 1, 1)))
    assert gradient.tolist() == [[[1.0]]]
    assert not np.isfinite(value).all()  # computed as it was typed


def test_subgradients_are_those_of_the_catalogue():
    value, gradient = CustomLoss.of("abs(r)").value_and_gradient(np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))
    assert (value.item(), gradient.item()) == (0, 0)
    for text, slope in (("max(0, r)", 0.0), ("where(r >= 0, r, 0)", 1.0)):
        loss = CustomLoss.of(text)
        gradient = loss.value_and_gradient(np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))[1]
        assert gradient.item() == slope, text


def test_card_is_made_from_the_formula():
    card = CustomLoss.of(HUBER, parameters={"d": {"value": 1.0, "low": 0.1, "high": 10.0}}).card
    assert card.name == "custom"
    assert card.formula.startswith(r"L = \sum_k \begin{cases} \frac{r_k^{2}}{2} & |r_k| < d \\")
    assert card.plain == "L = Σₖ {rₖ²/2 where |rₖ| < d, d (|rₖ| − d/2) otherwise}, rₖ = zₖ − yₖ"
    assert card.plain_gradient == "∂L/∂zₖ = {rₖ where |rₖ| < d, d sign(rₖ) otherwise}"
    (parameter,) = card.parameters
    assert (parameter.name, parameter.default, parameter.low, parameter.high) == ("d", 1.0, 0.1, 10.0)
    assert "Gradient at most 1 in size" in card.help
    assert "custom" not in LOSSES
    assert "custom" not in LOSS_TYPES
    assert make_loss("custom", formula="r**2").card.label == "r**2"


def test_formulas_render_at_a_sensible_size(typed):
    ziamath = pytest.importorskip("ziamath")
    for text in (typed.card.formula, typed.card.gradient):
        image = ziamath.Latex(text, size=18)
        width, height = image.getsize()
        assert 20 < width < 1400
        assert 10 < height < 140
        svg = image.svg()
        assert "nan" not in svg.lower()
        assert "red" not in svg


def test_sympy_is_loaded_only_when_a_formula_is_made():
    code = (
        "import sys, compute.losses, compute.losses.custom as custom\n"
        "before = 'sympy' in sys.modules\n"
        "custom.CustomLoss.of('r**2')\n"
        "print(before, 'sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_no_code_is_made_as_text():
    """The files of the formulas call none of Python's ways to run text."""
    from pathlib import Path

    import compute.losses

    for path in Path(compute.losses.__file__).parent.glob("custom*.py"):
        text = re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(
            r"(?<!def )(?<!re\.)\b(?:eval|exec|compile|lambdify|parse_expr|sympify)\(", text
        ), path.name


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shared", [False, True], ids=["own", "shared"])
def test_numpy_and_cupy_agree(typed, dtype, shared):
    device = select_device("gpu")
    outputs, targets = samples(typed, shape=(3, 50, 5), dtype=dtype, shared=shared)
    expected = typed.value_and_gradient(outputs, targets)
    work = Workspace(module_of(device))
    for _ in range(2):
        value, gradient = typed.on_device(device).value_and_gradient(
            to_device(outputs, device), to_device(targets, device), work
        )
    assert value.dtype == gradient.dtype == dtype
    tolerance = 1e-4 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(to_host(value), expected[0], rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(to_host(gradient), expected[1], rtol=tolerance, atol=tolerance)


@pytest.mark.gpu
@pytest.mark.parametrize("link", LINK_NAMES)
def test_columns_on_the_gpu(link):
    device = select_device("gpu")
    loss = CustomLoss.of(HUBER + " + where(d < 1, p**d, 0)**2", link, {"d": np.array([[0.3], [1.0], [2.5]])})
    outputs, targets = samples(loss)
    expected = loss.value_and_gradient(outputs, targets)
    value, gradient = loss.on_device(device).value_and_gradient(
        to_device(outputs, device), to_device(targets, device)
    )
    np.testing.assert_allclose(to_host(value), expected[0], rtol=1e-12, equal_nan=True)
    np.testing.assert_allclose(to_host(gradient), expected[1], rtol=1e-10, atol=1e-12, equal_nan=True)

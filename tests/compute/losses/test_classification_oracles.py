"""Losses on classes against other people's code: SciPy and scikit-learn always, PyTorch and Optax if there.

These hold the cards' ``scaling`` sentences to their factors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.losses import make_loss

N, K = 40, 4
RNG = np.random.default_rng(17)
OUTPUTS = RNG.normal(scale=2.0, size=(N, K))
LABELS = RNG.integers(K, size=N)
ONE_HOT = np.eye(K)[LABELS]
SOFT = RNG.dirichlet(np.ones(K), size=N)
BITS = RNG.integers(2, size=(N, K)).astype(float)
SIGNS = 2 * BITS - 1
WEIGHTS = (0.5, 2.0, 0.0, 1.5)


def ours(name: str, outputs: Any, targets: Any, **parameters: Any) -> tuple[Any, Any]:
    value, gradient = make_loss(name, **parameters).value_and_gradient(outputs[None], targets[None])
    return value[0], gradient[0]


def test_scipy() -> None:
    from scipy import spatial, special, stats

    p = special.softmax(OUTPUTS, -1)
    value, _ = ours("kullback_leibler", OUTPUTS, SOFT)
    np.testing.assert_allclose(value, stats.entropy(SOFT, p, axis=-1), rtol=1e-11)
    np.testing.assert_allclose(value, special.rel_entr(SOFT, p).sum(-1), rtol=1e-11)
    smooth = 0.8 * ONE_HOT + 0.2 / K
    value, _ = ours("reverse_kullback_leibler", OUTPUTS, ONE_HOT, label_smoothing=0.2)
    np.testing.assert_allclose(value, stats.entropy(p, smooth, axis=-1), rtol=1e-11)
    for targets in (SOFT, ONE_HOT):
        value, _ = ours("jensen_shannon", OUTPUTS, targets)
        np.testing.assert_allclose(value, spatial.distance.jensenshannon(targets, p, axis=-1) ** 2, rtol=1e-9)


def test_scikit_learn_metrics() -> None:
    from sklearn import metrics

    value, _ = ours("hinge", OUTPUTS[:, :1], BITS[:, :1])
    assert value.mean() == pytest.approx(metrics.hinge_loss(BITS[:, 0], OUTPUTS[:, 0]), rel=1e-12)
    value, _ = ours("multiclass_hinge", OUTPUTS, ONE_HOT)
    assert value.mean() == pytest.approx(metrics.hinge_loss(LABELS, OUTPUTS), rel=1e-12)
    value, _ = ours("logistic", OUTPUTS[:, :1], BITS[:, :1])
    p = make_loss("logistic").predictions(OUTPUTS[:, 0])
    assert value.mean() == pytest.approx(metrics.log_loss(BITS[:, 0], p), rel=1e-12)
    weights = np.array(WEIGHTS)[LABELS]
    value, _ = ours("cross_entropy", OUTPUTS, ONE_HOT, class_weights=WEIGHTS)
    p = make_loss("cross_entropy").predictions(OUTPUTS)
    assert value.sum() / weights.sum() == pytest.approx(
        metrics.log_loss(LABELS, p, sample_weight=weights), rel=1e-12
    )


def test_scikit_learn_losses() -> None:
    """The losses of its stochastic gradient descent and gradient boosting, value and derivative."""
    fast = pytest.importorskip("sklearn.linear_model._sgd_fast")
    private = pytest.importorskip("sklearn._loss.loss")
    z, y = OUTPUTS[:, :1], BITS[:, :1]
    for name, theirs in (
        ("modified_huber", fast.ModifiedHuber()),
        ("hinge", fast.Hinge(1.0)),
        ("squared_hinge", fast.SquaredHinge(1.0)),
        ("perceptron", fast.Hinge(0.0)),
    ):
        if not hasattr(theirs, "py_loss"):
            pytest.skip("scikit-learn keeps these to itself here")
        value, gradient = ours(name, z, y)
        pairs = list(zip(z[:, 0], 2 * y[:, 0] - 1, strict=True))
        arguments = [(float(a), float(b)) for a, b in pairs]
        np.testing.assert_allclose(value, [theirs.py_loss(a, b) for a, b in arguments], rtol=1e-12)
        np.testing.assert_allclose(
            gradient[:, 0], [_derivative(theirs, a, b) for a, b in arguments], rtol=1e-12
        )
    zero = np.zeros((1, 1))
    assert ours("perceptron", zero, np.ones((1, 1)))[1][0, 0] == _derivative(fast.Hinge(0.0), 0.0, 1.0)
    exponential = private.ExponentialLoss()
    value, gradient = exponential.loss_gradient(y_true=y[:, 0].copy(), raw_prediction=z[:, 0].copy())
    mine = ours("exponential", z, y)
    np.testing.assert_allclose(mine[0], value, rtol=1e-12)
    np.testing.assert_allclose(mine[1][:, 0], gradient, rtol=1e-12)


def _derivative(theirs: Any, prediction: float, sign: float) -> float:
    """Call ``py_dloss``, whose arguments changed places between versions, in the order that fits."""
    from sklearn.linear_model._sgd_fast import Hinge

    predictions_first = Hinge(1.0).py_dloss(0.5, -1.0) == 1
    return float(
        theirs.py_dloss(prediction, sign) if predictions_first else theirs.py_dloss(sign, prediction)
    )


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional

    def compared(name: str, function: Any, targets: Any, outputs: Any = OUTPUTS, **parameters: Any) -> None:
        z = torch.tensor(outputs, requires_grad=True)
        total = function(z)
        total.backward()
        value, gradient = ours(name, outputs, targets, **parameters)
        assert value.mean() == pytest.approx(total.item(), rel=1e-12), name
        np.testing.assert_allclose(
            gradient / N, z.grad.numpy(), rtol=1e-9, atol=1e-14, err_msg=f"{name} {parameters}"
        )

    label, hot, soft = torch.tensor(LABELS), torch.tensor(ONE_HOT), torch.tensor(SOFT)
    bits, signs, weights = torch.tensor(BITS), torch.tensor(SIGNS), torch.tensor(WEIGHTS, dtype=torch.float64)
    for smoothing in (0.0, 0.2):
        compared(
            "cross_entropy",
            lambda z, s=smoothing: functional.cross_entropy(
                z, label, weights, label_smoothing=s, reduction="none"
            ).mean(),
            ONE_HOT,
            label_smoothing=smoothing,
            class_weights=WEIGHTS,
        )
    compared(
        "kullback_leibler",
        lambda z: functional.kl_div(torch.log_softmax(z, -1), soft, reduction="batchmean"),
        SOFT,
    )
    smooth = 0.9 * hot + 0.1 / K
    compared(
        "reverse_kullback_leibler",
        lambda z: functional.kl_div(torch.log(smooth), torch.softmax(z, -1), reduction="batchmean"),
        ONE_HOT,
    )

    def jensen_shannon(z: Any) -> Any:
        p = torch.softmax(z, -1)
        mixture = torch.log((p + soft) / 2)
        return sum(functional.kl_div(mixture, part, reduction="batchmean") for part in (p, soft)) / 2

    compared("jensen_shannon", jensen_shannon, SOFT)
    compared("logistic", lambda z: K * functional.soft_margin_loss(z, signs), BITS)
    zero = torch.zeros((N, K), dtype=torch.float64)
    compared("hinge", lambda z: K * functional.margin_ranking_loss(z, zero, signs, margin=1.0), BITS)
    compared("perceptron", lambda z: K * functional.margin_ranking_loss(z, zero, signs), BITS)
    compared("squared_hinge", lambda z: (torch.relu(1 - signs * z) ** 2).sum(-1).mean(), BITS)
    compared("exponential", lambda z: torch.exp(-signs * z).sum(-1).mean(), BITS)
    two = OUTPUTS[:, :2]
    compared(
        "multiclass_hinge",
        lambda z: 2 * functional.multi_margin_loss(z, torch.tensor(LABELS % 2)),
        np.eye(2)[LABELS % 2],
        two,
    )
    compared("rescaled_squared_error", lambda z: K * functional.mse_loss(z, bits), BITS, k=1.0, M=1.0)

    def hui_belkin(z: Any) -> Any:
        right = z[torch.arange(N), label]
        return ((z**2).sum(-1) - right**2 + 3 * (right - 15) ** 2).mean()

    compared("rescaled_squared_error", hui_belkin, ONE_HOT, k=3.0, M=15.0)

    def focal(z: Any) -> Any:
        log_p = torch.log_softmax(z, -1)[torch.arange(N), label]
        return (-weights[label] * (1 - torch.exp(log_p)) ** 1.5 * log_p).mean()

    compared("focal", focal, ONE_HOT, gamma=1.5, class_weights=WEIGHTS)

    def symmetric(z: Any) -> Any:
        """As the authors' code has it, whose clip at 1e-4 is A = ln 1e-4."""
        reverse = -(torch.softmax(z, -1) * torch.log(torch.clamp(hot, min=1e-4, max=1.0))).sum(-1)
        return 0.1 * functional.cross_entropy(z, label) + reverse.mean()

    compared("symmetric_cross_entropy", symmetric, ONE_HOT, log_zero=float(np.log(1e-4)))

    def generalized(z: Any) -> Any:
        return ((1 - torch.softmax(z, -1)[torch.arange(N), label] ** 0.7) / 0.7).mean()

    compared("generalized_cross_entropy", generalized, ONE_HOT)

    def tversky(z: Any) -> Any:
        p = torch.sigmoid(z)
        hits, alarms, misses = (p * bits).sum(-1), (p * (1 - bits)).sum(-1), ((1 - p) * bits).sum(-1)
        return (1 - (hits + 1) / (hits + 0.3 * alarms + 0.7 * misses + 1)).mean()

    compared("tversky", tversky, BITS)


def test_optax() -> None:
    optax = pytest.importorskip("optax")
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        z = jax.numpy.asarray(OUTPUTS)

        def compared(name: str, function: Any, targets: Any, **parameters: Any) -> None:
            def mean(z: Any) -> Any:
                each = function(z)
                return (each.sum(-1) if each.ndim == 2 else each).mean()

            total, slope = jax.value_and_grad(mean)(z)
            value, gradient = ours(name, OUTPUTS, targets, **parameters)
            assert value.mean() == pytest.approx(float(total), rel=1e-12), name
            np.testing.assert_allclose(gradient / N, slope, rtol=1e-8, atol=1e-14, err_msg=name)

        poly, focal = optax.losses.poly_loss_cross_entropy, optax.losses.sigmoid_focal_loss
        compared("poly_1", lambda z: poly(z, ONE_HOT, epsilon=2.0), ONE_HOT, epsilon=2.0)
        compared("poly_1", lambda z: poly(z, SOFT, epsilon=0.5), SOFT, epsilon=0.5)
        compared("focal_sigmoid", lambda z: focal(z, BITS, alpha=0.25), BITS)
        compared("focal_sigmoid", lambda z: focal(z, BITS, gamma=1.5) / 2, BITS, gamma=1.5, alpha=0.5)
        compared("kullback_leibler", lambda z: optax.losses.kl_divergence(jax.nn.log_softmax(z), SOFT), SOFT)
        compared("hinge", lambda z: optax.losses.hinge_loss(z, jax.numpy.asarray(SIGNS)), BITS)
        compared("perceptron", lambda z: optax.losses.perceptron_loss(z, jax.numpy.asarray(SIGNS)), BITS)
        labels = jax.numpy.asarray(LABELS)
        compared("multiclass_hinge", lambda z: optax.losses.multiclass_hinge_loss(z, labels), ONE_HOT)
        compared("sparsemax", lambda z: optax.losses.multiclass_sparsemax_loss(z, labels), ONE_HOT)
        compared(
            "modified_huber",
            lambda z: 4 * optax.losses.sparsemax_loss(z, jax.numpy.asarray(BITS.astype(int))),
            BITS,
        )
        compared("logistic", lambda z: optax.losses.sigmoid_binary_cross_entropy(z, BITS), BITS)

        def dice(z: Any, **parameters: Any) -> Any:
            """Each sample an image of K points and one class, whose sigmoid it takes itself."""
            return optax.losses.dice_loss(z[:, :, None], jax.numpy.asarray(BITS)[:, :, None], **parameters)

        weights = {"alpha": 0.2, "beta": 0.6, "smooth": 0.5}
        compared("tversky", lambda z: dice(z, **weights), BITS, **weights)
        compared("dice", lambda z: dice(z, smooth=0.5), BITS, smooth=1.0)

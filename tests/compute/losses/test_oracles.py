"""The losses against other people's code: SciPy and scikit-learn always, PyTorch and Optax where installed.

These hold the cards' ``scaling`` sentences to their factors.
"""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses import make_loss

N, K = 40, 4


@pytest.fixture
def data():
    rng = np.random.default_rng(7)
    outputs = rng.normal(scale=2.5, size=(N, K))
    labels = rng.integers(K, size=N)
    return outputs, labels, np.eye(K)[labels], rng.normal(size=(N, K)), rng.dirichlet(np.ones(K), size=N)


def mean_value(name, outputs, targets, **parameters):
    return make_loss(name, **parameters).value_and_gradient(outputs[None], targets[None])[0].mean()


def mean_gradient(name, outputs, targets, **parameters):
    return make_loss(name, **parameters).value_and_gradient(outputs[None], targets[None])[1][0] / len(outputs)


def test_scipy(data):
    from scipy import special, stats

    outputs, _, one_hot, numbers, soft = data
    log_p, p = special.log_softmax(outputs, -1), special.softmax(outputs, -1)
    close = pytest.approx
    assert mean_value("cross_entropy", outputs, one_hot) == close(
        -(one_hot * log_p).sum(-1).mean(), rel=1e-12
    )
    entropy_and_divergence = stats.entropy(soft, axis=-1) + stats.entropy(soft, p, axis=-1)
    assert mean_value("cross_entropy", outputs, soft) == close(entropy_and_divergence.mean(), rel=1e-12)
    binary = -(special.xlogy(soft, special.expit(outputs)) + special.xlogy(1 - soft, special.expit(-outputs)))
    assert mean_value("binary_cross_entropy", outputs, soft) == close(binary.sum(-1).mean(), rel=1e-12)
    assert mean_value("huber", outputs, numbers, delta=0.7) == close(
        special.huber(0.7, outputs - numbers).sum(-1).mean(), rel=1e-12
    )
    assert mean_value("brier", outputs, one_hot) == close(((p - one_hot) ** 2).sum(-1).mean(), rel=1e-12)


def test_scikit_learn_metrics(data):
    from sklearn import metrics

    outputs, labels, one_hot, numbers, _ = data
    p = make_loss("brier").predictions(outputs)
    close = pytest.approx
    assert mean_value("squared_error", outputs, numbers) == close(
        K * metrics.mean_squared_error(numbers, outputs)
    )
    assert mean_value("absolute_error", outputs, numbers) == close(
        K * metrics.mean_absolute_error(numbers, outputs)
    )
    assert mean_value("absolute_error_softmax", outputs, one_hot) == close(
        K * metrics.mean_absolute_error(one_hot, p)
    )
    assert mean_value("cross_entropy", outputs, one_hot) == close(metrics.log_loss(labels, p))
    label, sigmoid = (labels > 1).astype(float), make_loss("binary_cross_entropy").predictions(outputs[:, :1])
    single = outputs[:, :1], label[:, None]
    assert mean_value("binary_cross_entropy", *single) == close(metrics.log_loss(label, sigmoid))
    assert mean_value("squared_error_sigmoid", *single) == close(
        metrics.brier_score_loss(label, sigmoid[:, 0])
    )
    assert mean_value("absolute_error_sigmoid", *single) == close(
        metrics.mean_absolute_error(label, sigmoid[:, 0])
    )


def test_scikit_learn_brier_score_of_several_classes(data):
    """Since scikit-learn 1.7 it takes several classes, and halves for two only."""
    sklearn = pytest.importorskip("sklearn")
    if tuple(int(part) for part in sklearn.__version__.split(".")[:2]) < (1, 7):
        pytest.skip("brier_score_loss takes several classes since scikit-learn 1.7")
    from sklearn.metrics import brier_score_loss

    outputs, labels, one_hot, _, _ = data
    p = make_loss("brier").predictions(outputs)
    assert mean_value("brier", outputs, one_hot) == pytest.approx(brier_score_loss(labels, p))
    two = outputs[:, :2], np.eye(2)[labels % 2]
    p = make_loss("brier").predictions(two[0])
    assert mean_value("brier", *two) == pytest.approx(2 * brier_score_loss(labels % 2, p[:, 1]))


def test_scikit_learn_gradients(data):
    """The losses of its own gradient boosting, values and gradients in raw predictions."""
    private = pytest.importorskip("sklearn._loss")
    outputs, labels, one_hot, numbers, _ = data

    def compared(name, theirs, raw, true, ours, targets, factor=1.0, **parameters):
        value, gradient = theirs.loss_gradient(y_true=true, raw_prediction=raw)
        mine = make_loss(name, **parameters).value_and_gradient(ours[None], targets[None])
        np.testing.assert_allclose(mine[0][0], factor * value, rtol=1e-10)
        np.testing.assert_allclose(mine[1][0], factor * gradient.reshape(ours.shape), rtol=1e-9, atol=1e-12)

    raw, true = outputs[:, 0].copy(), numbers[:, 0].copy()
    column = raw[:, None], true[:, None]
    compared("squared_error", private.HalfSquaredError(), raw, true, *column, factor=2)
    huber = private.HuberLoss(quantile=0.5, delta=0.8)
    compared("huber", huber, raw, true, *column, delta=0.8)
    label = (labels > 1).astype(float)
    compared("binary_cross_entropy", private.HalfBinomialLoss(), raw, label, raw[:, None], label[:, None])
    multinomial = private.HalfMultinomialLoss(n_classes=K)
    compared("cross_entropy", multinomial, outputs, labels.astype(float), outputs, one_hot)
    value = private.AbsoluteError().loss(y_true=true, raw_prediction=raw)
    mine = make_loss("absolute_error").value_and_gradient(column[0][None], column[1][None])[0][0]
    np.testing.assert_allclose(mine, value, rtol=1e-12)


def test_torch(data):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    outputs, labels, one_hot, numbers, soft = data

    def compared(name, criterion, targets, factor, **parameters):
        z = torch.tensor(outputs, requires_grad=True)
        value = factor * criterion(z)
        value.backward()
        assert mean_value(name, outputs, targets, **parameters) == pytest.approx(value.item(), rel=1e-12), (
            name
        )
        np.testing.assert_allclose(
            mean_gradient(name, outputs, targets, **parameters),
            z.grad.numpy(),
            rtol=1e-9,
            atol=1e-14,
            err_msg=name,
        )

    y, hot, mixed = torch.tensor(numbers), torch.tensor(one_hot), torch.tensor(soft)
    target = torch.tensor(labels)
    compared("squared_error", lambda z: functional.mse_loss(z, y), numbers, K)
    compared("absolute_error", lambda z: functional.l1_loss(z, y), numbers, K)
    compared("huber", lambda z: functional.huber_loss(z, y, delta=0.7), numbers, K, delta=0.7)
    compared("huber", lambda z: 0.7 * functional.smooth_l1_loss(z, y, beta=0.7), numbers, K, delta=0.7)
    compared("cross_entropy", lambda z: functional.cross_entropy(z, target), one_hot, 1)
    compared("cross_entropy", lambda z: functional.cross_entropy(z, mixed), soft, 1)
    compared(
        "cross_entropy",
        lambda z: functional.cross_entropy(z, target, label_smoothing=0.2),
        one_hot,
        1,
        label_smoothing=0.2,
    )
    compared("brier", lambda z: functional.mse_loss(torch.softmax(z, -1), hot), one_hot, K)
    compared("brier", lambda z: functional.mse_loss(torch.softmax(z, -1), mixed), soft, K)
    compared("absolute_error_softmax", lambda z: functional.l1_loss(torch.softmax(z, -1), hot), one_hot, K)
    compared("absolute_error_softmax", lambda z: functional.l1_loss(torch.softmax(z, -1), mixed), soft, K)
    compared("squared_error_sigmoid", lambda z: functional.mse_loss(torch.sigmoid(z), mixed), soft, K)
    compared("absolute_error_sigmoid", lambda z: functional.l1_loss(torch.sigmoid(z), mixed), soft, K)
    compared("binary_cross_entropy", lambda z: functional.binary_cross_entropy_with_logits(z, mixed), soft, K)


def test_optax(data):
    optax = pytest.importorskip("optax")
    jax = pytest.importorskip("jax")
    outputs, _, one_hot, numbers, soft = data
    with jax.enable_x64(True):
        z = jax.numpy.asarray(outputs)

        def compared(name, function, targets, factor=1.0, **parameters):
            def mean(z):
                each = function(z, jax.numpy.asarray(targets))
                return factor * (each.sum(-1) if each.ndim == 2 else each).mean()

            value, gradient = jax.value_and_grad(mean)(z)
            assert mean_value(name, outputs, targets, **parameters) == pytest.approx(
                float(value), rel=1e-12
            ), name
            np.testing.assert_allclose(
                mean_gradient(name, outputs, targets, **parameters),
                gradient,
                rtol=1e-8,
                atol=1e-14,
                err_msg=name,
            )

        compared("squared_error", optax.squared_error, numbers)
        compared("squared_error", optax.l2_loss, numbers, 2)
        compared("huber", lambda z, y: optax.huber_loss(z, y, delta=0.7), numbers, delta=0.7)
        compared("cross_entropy", optax.softmax_cross_entropy, soft)
        compared(
            "cross_entropy",
            lambda z, y: optax.softmax_cross_entropy(z, optax.smooth_labels(y, 0.2)),
            one_hot,
            label_smoothing=0.2,
        )
        compared("binary_cross_entropy", optax.sigmoid_binary_cross_entropy, soft)
        compared("brier", lambda z, y: optax.squared_error(jax.nn.softmax(z), y), one_hot)
        compared("squared_error_sigmoid", lambda z, y: optax.squared_error(jax.nn.sigmoid(z), y), soft)

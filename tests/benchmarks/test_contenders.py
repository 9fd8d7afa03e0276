from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.contenders import KINDS, AbsentError, Spec, make
from benchmarks.nets import BG, LR, NETS, SM, batch_rows, product_flops
from benchmarks.training import AGREE
from lab.bench_plan import DG, PG, Net, class_data, initial_parameters

STEPS = 30


def plain_loop(net: Net, run: int, steps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Train one run in float64 as a textbook would; losses (T,) and norms (T, L)."""
    inputs, classes = class_data(net)
    flat = initial_parameters(net, run + 1)[run]
    parts, start = [], 0
    for fan_in, fan_out in itertools.pairwise(net.sizes):
        stop = start + (fan_in + 1) * fan_out
        parts.append(flat[start:stop].reshape(fan_in + 1, fan_out))
        start = stop
    rows = batch_rows(net, steps)
    first, second = [np.zeros_like(w) for w in parts], [np.zeros_like(w) for w in parts]
    losses, norms = [], []
    for t in range(1, steps + 1):
        x, y = inputs[rows[t - 1]], classes[rows[t - 1]]
        ones, layers = np.ones((len(x), 1)), []
        for i, w in enumerate(parts):
            layers.append(np.hstack([x, ones]))
            z = layers[-1] @ w
            x = z if i == len(parts) - 1 else (np.tanh(z) if net.activation == "tanh" else np.maximum(z, 0))
        if net.sizes[-1] == 1:
            losses.append(np.mean(np.logaddexp(0, x[:, 0]) - y * x[:, 0]))
            slope = (1 / (1 + np.exp(-x)) - y[:, None]) / len(x)
        else:
            p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
            losses.append(-np.mean(np.log(p[np.arange(len(x)), y])))
            slope = (p - np.eye(net.classes)[y]) / len(x)
        gradients = []
        for i in reversed(range(len(parts))):
            gradients.insert(0, layers[i].T @ slope)
            if i:
                value = layers[i][:, :-1]
                slope = (slope @ parts[i][:-1].T) * (1 - value**2 if net.activation == "tanh" else value > 0)
        norms.append([np.linalg.norm(g) for g in gradients])
        for w, g, m, v in zip(parts, gradients, first, second, strict=True):
            if net.optimizer == "adam":
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                w -= net.learning_rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            else:
                m[:] = 0.9 * m + g
                w -= net.learning_rate * m
    return np.array(losses), np.array(norms)


@pytest.mark.parametrize(("net", "runs"), [(PG, 3), (DG, 2), (SM, 1), (LR, 1)], ids=lambda x: str(x)[:20])
def test_ours_trains_what_a_plain_loop_trains(net: Net, runs: int) -> None:
    steps = 5 if net is LR else STEPS
    contender = make(Spec("ours", net.name, runs))
    record = contender.read(contender.advance(steps))
    assert record["losses"].shape == (steps, runs)
    assert record["norms"].shape == (steps, runs, len(net.sizes) - 1)
    for run in range(runs):
        losses, norms = plain_loop(net, run, steps)
        np.testing.assert_allclose(record["losses"][:, run], losses, rtol=AGREE)
        np.testing.assert_allclose(record["norms"][:, run], norms, rtol=1e-3)


@pytest.mark.parametrize("kind", ["torch", "jax"])
def test_a_peer_trains_what_ours_trains(kind: str) -> None:
    pytest.importorskip(kind)
    ours, peer = make(Spec("ours", "pg", 1)), make(Spec(kind, "pg", 1))
    expected = ours.read(ours.advance(STEPS))
    found = peer.read(peer.advance(max(STEPS, peer.quantum)))
    for key in ("losses", "norms"):
        np.testing.assert_allclose(found[key][:STEPS], expected[key], rtol=AGREE)


def test_scikit_learn_fits_whole_epochs() -> None:
    contender = make(Spec("sklearn", "pg"))
    assert contender.quantum == PG.rows // 32
    assert len(contender.advance(2 * contender.quantum)) == 2


@pytest.mark.parametrize(("net", "runs", "words"), [("pg", 2, "one run"), ("sm", 1, "not a perceptron")])
def test_scikit_learn_refuses_what_it_cannot_do(net: str, runs: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(Spec("sklearn", net, runs))


def test_own_batches_differ_between_runs_and_shared_ones_do_not() -> None:
    shared, own = make(Spec("ours", "pg", 2)), make(Spec("ours", "pg", 2, {"own_orders": True}))
    a, b = shared.read(shared.advance(3))["losses"], own.read(own.advance(3))["losses"]
    assert (a[:, 0] == b[:, 0]).all()
    assert (a[:, 1] != b[:, 1]).all()


def test_without_norms_the_same_is_trained() -> None:
    full, bare = make(Spec("ours", "pg", 2)), make(Spec("ours", "pg", 2, {"norms": False}))
    with_norms, without = (contender.read(contender.advance(5)) for contender in (full, bare))
    assert (with_norms["losses"] == without["losses"]).all()
    assert (with_norms["norms"] > 0).all()
    assert (without["norms"] == 0).all()


def test_a_run_that_ends_is_an_error_since_the_rest_would_look_fast() -> None:
    contender = make(Spec("ours", "pg", 2, {"optimizer": "sgd", "learning_rate": 1e30}))
    with pytest.raises(RuntimeError, match="2 runs ended"):
        contender.advance(50)


def test_a_contender_whose_library_is_missing_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "torch", "no_such_library:Anything")
    with pytest.raises(AbsentError, match="no_such_library is not installed"):
        make(Spec("torch", "pg"))


@pytest.mark.parametrize("spec", [Spec("nobody", "pg"), Spec("ours", "nothing")])
def test_unknown_contenders_and_nets_are_refused(spec: Spec) -> None:
    with pytest.raises(KeyError):
        make(spec)


def test_a_spec_survives_the_command_line() -> None:
    spec = Spec("ours", "pg", 4, {"kernels": "compiled"}, (1, 0), True)
    assert Spec.parse(spec.text()) == spec


def test_every_epoch_has_every_row_once() -> None:
    for net in (PG, DG, BG, SM):
        assert net.batch is not None
        steps = net.rows // net.batch
        rows = batch_rows(net, 2 * steps, seed=1)
        assert rows.shape == (2 * steps, net.batch)
        for epoch in (rows[:steps], rows[steps:]):
            assert sorted(epoch.ravel().tolist()) == list(range(net.rows))
        assert (rows[:steps] != rows[steps:]).any()


def test_operations_of_a_step_are_those_of_its_products() -> None:
    assert product_flops(DG) == 2 * 64 * (2 * (64 * 64 + 64 * 10) + 64 * 10)
    assert product_flops(LR) == 2 * 60_000 * 2 * 64


def test_nets_are_found_by_their_names() -> None:
    assert all(net.name == name for name, net in NETS.items())

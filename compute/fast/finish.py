"""The end of a run's step: penalty, norms, clipping, update."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from compute.fast.borrowing import borrowed
from compute.fast.elementary import sign
from compute.fast.jit import entry, inlined, loops
from compute.fast.optimizers import update
from compute.fast.sums import sum_of_sizes, sum_of_squares

Array = Any
f = np.float32


class Rule(NamedTuple):
    """How r runs learn.

    Attributes
    ----------
    starts
        (L + 1,) where each layer's parameters begin; the last is P.
    biases
        (L,) where each layer's biases begin.
    optimizer
        Its number.
    own
        (r, 5) its hyper-parameters.
    l1, l2
        Strengths of the penalty.
    clip
        Largest gradient norm; infinity for none.
    """

    starts: Array
    biases: Array
    optimizer: int
    own: Array
    l1: np.float32
    l2: np.float32
    clip: np.float32


class State(NamedTuple):
    """What an update changes: parameters, gradients and the optimiser's arrays, (r, P).

    An optimiser with fewer than two arrays has the gradients in place of those that it lacks.
    """

    parameters: Array
    gradients: Array
    first: Array
    second: Array


class Pace(NamedTuple):
    """Learning rates (schedule included), their factors and what is added to roots, (T, r)."""

    rates: Array
    factors: Array
    epsilons: Array


@loops
def _penalise(rule: Rule, parameters: Array, gradients: Array) -> np.float32:
    """Add the penalty's gradient, sign(0) being 0, and return the penalty of one run."""
    penalty = f(0)
    for layer in range(len(rule.biases)):
        start, stop = rule.starts[layer], rule.biases[layer]
        weights, slopes = parameters[start:stop], gradients[start:stop]
        if rule.l2 != f(0):
            penalty += sum_of_squares(weights) * (rule.l2 * f(0.5))
            for i in range(len(weights)):
                slopes[i] += rule.l2 * weights[i]
        if rule.l1 != f(0):
            penalty += sum_of_sizes(weights) * rule.l1
            for i in range(len(weights)):
                slopes[i] += rule.l1 * sign(weights[i])
    return penalty


@inlined
def finish_run(
    rule: Rule, state: State, pace: Pace, table: Array, run: int, step: int, row: int, loss: np.float32
) -> None:
    """Record a run's step in a row of the recorder's table and update it; ``step`` counts within the pace."""
    parameters, gradients = state.parameters[run], state.gradients[run]
    layers = len(rule.biases)
    table[row, 0, run] = loss
    table[row, 1, run] = sum_of_squares(parameters)
    if rule.l1 != f(0) or rule.l2 != f(0):
        table[row, 2 + layers, run] = loss + _penalise(rule, parameters, gradients)
    squares = f(0)
    for layer in range(layers):
        square = sum_of_squares(gradients[rule.starts[layer] : rule.starts[layer + 1]])
        table[row, 2 + layer, run] = square
        squares += square
    if rule.clip < f(np.inf):
        share = rule.clip / np.sqrt(squares)
        share = f(1) if share > f(1) else share
        for i in range(len(gradients)):
            gradients[i] *= share
    update(
        rule.optimizer, parameters, gradients, state.first[run], state.second[run], rule.own[run],
        pace.rates[step, run], pace.factors[step, run], pace.epsilons[step, run],
    )  # fmt: skip


@entry
def finish_runs(
    rule: Rule, state: State, pace: Pace, table: Array, step: int, row: int, losses: Array
) -> None:
    """Do `finish_run` for all runs, whose losses (r,) and gradients are there."""
    rule, state, pace, table = borrowed(rule), borrowed(state), borrowed(pace), borrowed(table)
    for run in range(len(losses)):
        finish_run(rule, state, pace, table, run, step, row, losses[run])

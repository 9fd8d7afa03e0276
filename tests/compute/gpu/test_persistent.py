"""The kernel of small nets, its own source run by emulated threads, against NumPy's path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from compute.blocks import GPU_BLOCK
from compute.engine import make_live
from compute.gpu.fit import AHEAD, SharedMemory, fit, lanes
from compute.gpu.losses import LARGEST_HYPER as LOSS_HYPER
from compute.gpu.losses import LOSS_KERNELS
from compute.gpu.optimizers import MOST_CONSTANTS
from compute.gpu.persistent import PersistentRuns, persistent_source, shared_fit
from compute.losses import LOSSES, make_loss
from compute.models import ACTIVATIONS, MultilayerPerceptron
from compute.optimizers import OPTIMIZERS, SCHEDULES, make_optimizer
from compute.plan import Chunk, LossGroup, Plan
from compute.rows import Rows
from compute.training import Training
from tests.compute.same_training import assert_same
from tests.compute.small_plans import ending_plan, prepared, random_data, small_plan
from tests.standin import StandIn
from tests.standin.kernels import COMPILER

pytestmark = pytest.mark.skipif(COMPILER is None, reason="g++ is not installed")

SCALES = ("gaussian_nll", "laplace_nll")
NUMBERS = tuple(n for n, card in LOSSES.items() if card.tasks == ("regression",) and n not in SCALES)
CLASSES = tuple(n for n in LOSSES if n not in NUMBERS and n not in SCALES)
H100 = SharedMemory(232448, 233472)


def compiled(plan: Plan, standin: StandIn | None = None) -> Plan:
    return replace(plan, device=(standin or StandIn()).device, kernels="compiled")


def compare(plan: Plan, rtol: float = 1e-9, atol: float = 1e-12) -> Chunk:
    """Hold the kernel against NumPy and return what was recorded; it must be the kernel that trained."""
    standin = StandIn()
    chunk = assert_same(plan, compiled(plan, standin), rtol, atol)
    assert standin.launches > 0
    return chunk


def plan_of(losses: Sequence[str], **changes: Any) -> Plan:
    """A plan of every loss, on data that all of them are defined for."""
    of_classes = losses == CLASSES
    data = random_data(3) if of_classes else random_data(0, positive=True)
    options: dict[str, Any] = {"learning_rate": 0.01, "steps": 12, "evaluate_every": 50, "seeds": (0,)}
    return small_plan(data, losses=losses, **(options | changes))


@pytest.mark.parametrize("losses", [CLASSES, NUMBERS, SCALES], ids=["classes", "numbers", "scales"])
@pytest.mark.parametrize(
    ("precision", "rtol", "atol"), [("float64", 1e-9, 1e-12), ("float32", 2e-4, 2e-5)], ids=["64", "32"]
)
def test_every_loss(
    losses: tuple[str, ...], precision: Literal["float32", "float64"], rtol: float, atol: float
) -> None:
    compare(plan_of(losses, precision=precision), rtol, atol)


def test_together_these_are_all_losses() -> None:
    assert sorted((*CLASSES, *NUMBERS, *SCALES)) == sorted(LOSSES)


@pytest.mark.parametrize("losses", [CLASSES, NUMBERS], ids=["classes", "numbers"])
def test_a_column_for_every_parameter_of_a_loss(losses: tuple[str, ...]) -> None:
    with_parameters = tuple(name for name in losses if LOSS_KERNELS[name].parameters)
    data = random_data(3) if losses == CLASSES else random_data(0, positive=True)
    plan = small_plan(
        data, losses=with_parameters, learning_rate=0.01, steps=6, evaluate_every=50, precision="float64"
    )
    groups = []
    for group in plan.groups:
        own = [item for item in group.loss.card.parameters if item.kind != "numbers"]
        columns = {item.name: np.array([[1.0], [0.9], [0.8]]) * item.default for item in own}
        groups.append(replace(group, loss=make_loss(group.loss.card.name, **columns)))
    compare(replace(plan, groups=tuple(groups)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str) -> None:
    compare(small_plan(activation=activation, hidden=(6, 5), steps=12, precision="float64"))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser(optimizer: str) -> None:
    compare(small_plan(optimizer=optimizer, learning_rate=0.01, steps=12, precision="float64"))


def test_columns_of_an_optimiser() -> None:
    plan = small_plan(optimizer="adam", learning_rate=0.01, steps=12, precision="float64")
    column = np.linspace(0.8, 0.99, len(plan.initial))[:, None]
    compare(replace(plan, optimizer=make_optimizer("adam", beta1=column)))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule(schedule: str) -> None:
    compare(small_plan(schedule=(schedule, {"warmup": 3}), steps=12, precision="float64"))


def test_class_weights_smoothing_and_a_scale() -> None:
    weighted = ("cross_entropy", {"class_weights": (1.0, 2.0, 0.5), "label_smoothing": 0.1})
    focal = ("focal", {"class_weights": (0.5, 1.0, 2.0)})
    plan = small_plan(
        losses=[weighted, focal, "brier"], scales=[2.0, 0.5, 1.0], steps=12, precision="float64"
    )
    compare(plan)
    wrong = replace(plan, groups=(LossGroup(make_loss("focal", class_weights=[1.0, 2.0]), 1.0, slice(0, 9)),))
    with pytest.raises(ValueError, match="3 classes but 2 class weights"):
        Training(compiled(wrong))


@pytest.mark.parametrize("hidden", [(), (20, 3, 7)], ids=["linear", "deep"])
def test_other_depths(hidden: tuple[int, ...]) -> None:
    compare(small_plan(hidden=hidden, steps=12, precision="float64"))


def test_one_output_for_two_classes() -> None:
    losses = ["binary_cross_entropy", "hinge", "squared_error_sigmoid"]
    compare(small_plan(random_data(2), losses=losses, steps=12, precision="float64"))


def test_many_classes_are_shared_by_the_lanes_of_a_row() -> None:
    rng = np.random.default_rng(0)
    data = prepared(rng.normal(size=(1, 30, 3)), rng.integers(0, 21, (1, 30)), classes=21)
    losses = ["cross_entropy", "sparsemax", "multiclass_hinge", "focal", "dice", "brier"]
    plan = small_plan(data, losses=losses, seeds=(0,), hidden=(40,), steps=8, precision="float64")
    cut = shared_fit(plan, StandIn().module, 30)
    assert cut is not None
    assert "#define LANES 4\n" in persistent_source(plan, cut, losses)
    compare(plan)


@pytest.mark.parametrize("batch_size", [8, 90, None])
def test_own_splits_penalties_clipping_and_batches_larger_than_a_tile(batch_size: int | None) -> None:
    data = random_data(3, variants=3, samples=100)
    options: dict[str, Any] = {"steps": 15, "l1": 0.01, "l2": 0.1, "clip": 0.5, "precision": "float64"}
    compare(small_plan(data, batch_size=batch_size, **options))


def test_clipping_and_penalty_each_alone() -> None:
    compare(small_plan(clip=0.1, steps=8, precision="float64"))
    compare(small_plan(l2=0.1, steps=8, precision="float64"))


def test_divergence_is_rolled_back_and_stop_rules_end_runs() -> None:
    chunk = compare(ending_plan(), rtol=1e-6)
    assert {end.reason for end in chunk.ended} == {"diverged", "target", "plateau"}


def test_launches_are_as_many_as_blocks_and_what_was_recorded_is_copied_once() -> None:
    copies, launches = [], []
    for steps in (GPU_BLOCK, 3 * GPU_BLOCK):
        standin = StandIn()
        training = Training(compiled(small_plan(steps=steps, evaluate_every=1000), standin))
        before = standin.copies_to_host
        training.advance(steps)
        copies.append(standin.copies_to_host - before)
        launches.append(standin.launches)
    assert copies[1] - copies[0] == 2
    assert launches == [1, 3]


def test_a_learning_rate_can_be_changed_between_steps() -> None:
    plan = small_plan(steps=20, precision="float64")
    both = []
    for each in (plan, compiled(plan)):
        training = Training(each)
        training.advance(7)
        training.set_learning_rate(0.02)
        training.advance(13)
        both.append(training.parameters())
    np.testing.assert_allclose(both[1], both[0], rtol=1e-10)


def test_the_gradient_of_a_batch_is_that_of_the_arrays() -> None:
    plan = small_plan(l2=0.1, precision="float64")
    for mine, wanted in zip(Training(compiled(plan)).gradient(), Training(plan).gradient(), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-10)


def test_a_net_that_does_not_fit_is_refused() -> None:
    plan = compiled(small_plan(hidden=(1000,)))
    xp, train = plan.device.module, plan.data.train
    rows = Rows(xp, train.inputs, train.targets, 3, np.float32)
    every = np.arange(6)
    rest = (every, plan.initial, plan.learning_rates, None, 50)
    assert shared_fit(small_plan(hidden=(5000,)), xp, rows.count) is None
    assert isinstance(make_live(plan, rows, *rest), PersistentRuns)
    large = compiled(small_plan(hidden=(8000,)))
    with pytest.raises(ValueError, match="do not fit in shared memory"):
        PersistentRuns(large, rows, every, large.initial, plan.learning_rates, None, 50)


def test_memory_is_counted_as_the_kernel_lays_it_out() -> None:
    """The emulation fails on writes past the end; here what is asked for is compared number by number."""
    model = MultilayerPerceptron((64, 64, 10), "relu")
    cut = fit(model, 2, 64, 4, 8, H100)
    assert cut is not None
    assert (cut.tile, cut.threads, cut.blocks) == (64, 256, 1)
    parameters = (64 + 1) * 64 + (64 + 1) * 12
    row = 68 + 68 + 2 * 12
    constants = LOSS_HYPER + 10 + AHEAD * MOST_CONSTANTS
    assert cut.size == 4 * (4 * parameters + 64 * row + 64 * 2 + constants + 8 * 5)
    doubled = fit(MultilayerPerceptron((64, 64, 10), "gelu"), 2, 64, 4, 8, H100)
    assert doubled is not None
    assert doubled.size == cut.size + 4 * 64 * 68


@pytest.mark.parametrize("limit", [48 * 1024, 99 * 1024, 163 * 1024, 227 * 1024])
def test_smaller_devices_get_smaller_tiles_or_nothing(limit: int) -> None:
    memory = SharedMemory(limit, limit + 1024)
    tiles = []
    for width in (8, 64, 128, 400):
        cut = fit(MultilayerPerceptron((64, width, 10)), 2, 64, 4, 8, memory)
        assert cut is None or cut.size <= limit
        tiles.append(0 if cut is None else cut.tile)
    assert tiles[0] > 0
    assert tiles[-1] == 0


def test_lanes_of_a_row_are_a_power_of_two_within_a_warp() -> None:
    for outputs in range(1, 70):
        for threads in (1, 2, 5, 8, 64):
            count = lanes(outputs, threads)
            assert count & (count - 1) == 0
            assert count <= min(32, outputs, threads)


def test_the_source_needs_no_header_and_leaves_no_name_open() -> None:
    plan = plan_of(CLASSES)
    cut = shared_fit(plan, StandIn().module, 40)
    assert cut is not None
    text = re.sub(r"//.*", "", persistent_source(plan, cut, CLASSES))
    assert "#include" not in text
    defined = set(re.findall(r"#define (\w+)", text))
    declared = re.findall(r"(?:constexpr|template <)[^;{]*", text)
    defined |= {name for words in declared for name in re.findall(r"\b[A-Z][A-Z_]{2,}\b", words)}
    used = set(re.findall(r"\b[A-Z][A-Z_]{2,}\b", text))
    assert used <= defined

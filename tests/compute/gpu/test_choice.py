"""Which way a plan takes on a GPU, and what is said where it is not the fast one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.backend import Device
from compute.gpu.activations import ACTIVATION_KERNELS, activation_source
from compute.gpu.batched import BatchedRuns
from compute.gpu.choice import runs_on_gpu, why_arrays, without_kernel
from compute.gpu.loss_kernel import FORMS
from compute.gpu.losses import LOSS_KERNELS, loss_source
from compute.gpu.optimizers import OPTIMIZER_KERNELS, optimizer_source
from compute.gpu.persistent import PersistentRuns
from compute.live_runs import LiveRuns
from compute.losses import LOSSES, make_loss
from compute.models import ACTIVATIONS
from compute.optimizers import OPTIMIZERS
from compute.plan import LossGroup, Plan
from compute.rows import Rows
from compute.training import Training
from lab.device_report import device_report
from tests.compute.same_training import assert_same
from tests.compute.small_plans import random_data, small_plan
from tests.standin import StandIn


def with_typed_loss(plan: Plan) -> Plan:
    typed = make_loss("custom", formula="(p - y)**2", link="softmax")
    return replace(plan, groups=(plan.groups[0], LossGroup(typed, 1.0, plan.groups[1].runs)))


def test_every_loss_activation_and_optimiser_of_the_catalogue_has_a_kernel() -> None:
    assert LOSS_KERNELS.keys() == LOSSES.keys()
    assert ACTIVATION_KERNELS.keys() == ACTIVATIONS.keys()
    assert OPTIMIZER_KERNELS.keys() == OPTIMIZERS.keys()


@pytest.mark.parametrize("name", LOSSES)
def test_a_kernel_knows_the_parameters_that_its_loss_declares(name: str) -> None:
    declared = tuple(item.name for item in LOSSES[name].parameters if item.kind != "numbers")
    kernel = LOSS_KERNELS[name]
    assert kernel.parameters == declared
    assert kernel.form in FORMS
    source = kernel.source(name)
    assert all(source.count(parameter) >= 2 for parameter in declared)  # given, and used


def test_what_has_no_kernel_is_refused_by_name() -> None:
    for source in (activation_source, optimizer_source):
        with pytest.raises(KeyError, match="unknown"):
            source("unknown")
    with pytest.raises(KeyError, match="custom"):
        loss_source(["brier", "custom"])


def test_a_loss_without_a_kernel_takes_the_array_operations_and_that_is_said() -> None:
    plan = with_typed_loss(small_plan(steps=10, precision="float64"))
    standin = StandIn()
    asked = replace(plan, device=standin.device, kernels="compiled")
    label = plan.groups[1].loss.card.label
    assert without_kernel(asked) == (label,)
    assert why_arrays(asked) == f"array operations: {label} has no kernel"
    assert_same(plan, asked)
    assert standin.launches == 0
    report = device_report(standin.device, [small_plan(), asked, asked])
    assert report.reason == why_arrays(asked)
    assert report.label == "GPU · stand-in"


def test_nothing_is_said_where_nothing_is_asked_for() -> None:
    plan = small_plan()
    typed = with_typed_loss(plan)
    gpu = StandIn().device
    assert why_arrays(replace(typed, kernels="compiled")) == ""  # on a processor
    assert why_arrays(replace(typed, device=gpu)) == ""
    assert why_arrays(replace(plan, device=gpu, kernels="compiled")) == ""
    refused = Device("cpu", "CPU · NumPy", "no GPU: CuPy is not installed")
    assert device_report(refused, [plan]).reason == refused.reason


@pytest.mark.parametrize(
    ("hidden", "samples", "runs", "wanted"),
    [
        ((5,), 40, 6, PersistentRuns),
        ((5,), 2000, 6, BatchedRuns),
        ((5,), 2000, 128, PersistentRuns),
        ((20_000,), 40, 6, BatchedRuns),
    ],
)
def test_a_way_is_chosen_by_size(
    hidden: tuple[int, ...], samples: int, runs: int, wanted: type[LiveRuns]
) -> None:
    seeds = range(runs // 2)
    plan = small_plan(random_data(3, samples=samples), seeds=seeds, hidden=hidden, batch_size=None)
    plan = replace(plan, device=StandIn().device, kernels="compiled")
    train = plan.data.train
    rows = Rows(plan.device.module, train.inputs, train.targets, 3, np.float32)
    assert runs_on_gpu(plan, rows) is wanted
    assert runs_on_gpu(replace(plan, kernels="arrays"), rows) is LiveRuns


def test_array_operations_can_be_asked_for() -> None:
    standin = StandIn()
    training = Training(small_plan(steps=5, device=standin.device))
    training.advance(5)
    assert standin.launches == 0
    assert np.isfinite(training.parameters()).all()

"""What is told of the device that runs compute on."""

from __future__ import annotations

from collections.abc import Sequence

from compute.backend import Device
from compute.gpu.choice import why_arrays
from compute.plan import Plan
from lab.messages import DeviceReport

COMPILED_LABEL = "CPU · compiled kernels"


def device_report(device: Device, plans: Sequence[Plan] = ()) -> DeviceReport:
    """Return where runs compute and why not on a GPU, or why plans do not train with a GPU's kernels.

    The label names a processor's compiled kernels where a plan trains with them, in single precision.

    Examples
    --------
    >>> device_report(Device("gpu", "GPU · NVIDIA H200"))
    DeviceReport(kind='gpu', label='GPU · NVIDIA H200', reason='')
    """
    reasons = [device.reason, *(why_arrays(plan) for plan in plans)]
    told = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
    compiled = device.kind == "cpu" and any(
        plan.kernels == "compiled" and plan.precision == "float32" for plan in plans
    )
    return DeviceReport(device.kind, COMPILED_LABEL if compiled else device.label, told)

"""Losses in PyTorch, as scripts show them: raw outputs ``z`` and targets ``y``, both (B, K).

Each returns the loss of every sample (B,); the gradient is PyTorch's. A script is given only those that it
needs. Where PyTorch has the loss, its own is used, with the lab's reduction: a sum over outputs.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F

Tensor = Any


def sparsemax_of(z: Tensor) -> Tensor:
    """Return the point of the probability simplex that is nearest to z."""
    ordered = z.sort(dim=1, descending=True).values
    places = torch.arange(1, z.shape[1] + 1, dtype=z.dtype, device=z.device)
    sums = ordered.cumsum(dim=1)
    size = (1 + places * ordered > sums).sum(dim=1, keepdim=True)
    level = (sums.gather(1, size - 1) - 1) / size
    return (z - level).clamp(min=0)


def margin(z: Tensor, y: Tensor) -> Tensor:
    """Return how far each output is on the right side: z for a one, −z for a zero."""
    return (2 * y - 1) * z


def squared_error(z: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(z, y, reduction="none").sum(dim=1)


def squared_error_sigmoid(z: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(torch.sigmoid(z), y, reduction="none").sum(dim=1)


def brier(z: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(z.softmax(dim=1), y, reduction="none").sum(dim=1)


def absolute_error(z: Tensor, y: Tensor) -> Tensor:
    return F.l1_loss(z, y, reduction="none").sum(dim=1)


def absolute_error_sigmoid(z: Tensor, y: Tensor) -> Tensor:
    return F.l1_loss(torch.sigmoid(z), y, reduction="none").sum(dim=1)


def absolute_error_softmax(z: Tensor, y: Tensor) -> Tensor:
    return F.l1_loss(z.softmax(dim=1), y, reduction="none").sum(dim=1)


def cross_entropy(z: Tensor, y: Tensor, label_smoothing: float = 0.0, class_weights: Any = ()) -> Tensor:
    wanted = (1 - label_smoothing) * y + label_smoothing / z.shape[1]
    if len(class_weights):
        wanted = wanted * torch.tensor(class_weights, dtype=z.dtype)
    return -(wanted * z.log_softmax(dim=1)).sum(dim=1)


def binary_cross_entropy(z: Tensor, y: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(z, y, reduction="none").sum(dim=1)


def huber(z: Tensor, y: Tensor, delta: float = 1.0) -> Tensor:
    return F.huber_loss(z, y, reduction="none", delta=delta).sum(dim=1)


def half_squared_error(z: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(z, y, reduction="none").sum(dim=1) / 2


def smooth_l1(z: Tensor, y: Tensor, beta: float = 1.0) -> Tensor:
    return F.smooth_l1_loss(z, y, reduction="none", beta=beta).sum(dim=1)


def log_cosh(z: Tensor, y: Tensor) -> Tensor:
    r = z - y
    return (r + F.softplus(-2 * r) - math.log(2)).sum(dim=1)


def pinball(z: Tensor, y: Tensor, tau: float = 0.5) -> Tensor:
    r = z - y
    return (tau * F.relu(-r) + (1 - tau) * F.relu(r)).sum(dim=1)


def epsilon_insensitive(z: Tensor, y: Tensor, epsilon: float = 0.1) -> Tensor:
    return F.relu((z - y).abs() - epsilon).sum(dim=1)


def squared_epsilon_insensitive(z: Tensor, y: Tensor, epsilon: float = 0.1) -> Tensor:
    return (F.relu((z - y).abs() - epsilon) ** 2).sum(dim=1)


def cauchy(z: Tensor, y: Tensor, c: float = 1.0) -> Tensor:
    return (c**2 / 2 * torch.log1p(((z - y) / c) ** 2)).sum(dim=1)


def student_t(z: Tensor, y: Tensor, degrees_of_freedom: float = 3.0, sigma: float = 1.0) -> Tensor:
    nu = degrees_of_freedom
    return ((nu + 1) / 2 * torch.log1p((z - y) ** 2 / (nu * sigma**2))).sum(dim=1)


def geman_mcclure(z: Tensor, y: Tensor, c: float = 1.0) -> Tensor:
    square = (z - y) ** 2
    return (square / 2 / (1 + square / c**2)).sum(dim=1)


def welsch(z: Tensor, y: Tensor, c: float = 1.0) -> Tensor:
    return (c**2 / 2 * (1 - torch.exp(-(((z - y) / c) ** 2)))).sum(dim=1)


def tukey_biweight(z: Tensor, y: Tensor, c: float = 4.685) -> Tensor:
    u = (((z - y) / c) ** 2).clamp(max=1)
    return (c**2 / 6 * (1 - (1 - u) ** 3)).sum(dim=1)


def general_robust(z: Tensor, y: Tensor, alpha: float = 0.0, c: float = 1.0) -> Tensor:
    square = ((z - y) / c) ** 2
    if alpha == 2:
        return (square / 2).sum(dim=1)
    if alpha == 0:
        return torch.log1p(square / 2).sum(dim=1)
    b = abs(alpha - 2)
    return (b / alpha * ((square / b + 1) ** (alpha / 2) - 1)).sum(dim=1)


def absolute_percentage_error(z: Tensor, y: Tensor) -> Tensor:
    return ((z - y).abs() / y.abs()).sum(dim=1)


def squared_log_error(z: Tensor, y: Tensor) -> Tensor:
    return ((z - torch.log1p(y)) ** 2).sum(dim=1)  # the prediction is exp(z) − 1


def gaussian_nll(z: Tensor, y: Tensor) -> Tensor:
    location, s = z.chunk(2, dim=1)  # s = ln σ
    value = s + (location - y) ** 2 * torch.exp(-2 * s) / 2 + math.log(2 * math.pi) / 2
    return value.sum(dim=1)


def laplace_nll(z: Tensor, y: Tensor) -> Tensor:
    location, s = z.chunk(2, dim=1)  # s = ln b
    return (s + (location - y).abs() * torch.exp(-s) + math.log(2)).sum(dim=1)


def poisson(z: Tensor, y: Tensor) -> Tensor:
    return (torch.exp(z) - y * z + torch.xlogy(y, y) - y).sum(dim=1)


def gamma(z: Tensor, y: Tensor) -> Tensor:
    return (y * torch.exp(-z) - torch.log(y) + z - 1).sum(dim=1)


def tweedie(z: Tensor, y: Tensor, power: float = 1.5) -> Tensor:
    one, two = 1 - power, 2 - power
    value = (torch.exp(two * z) - y**two) / two - (y * torch.exp(one * z) - y**two) / one
    return value.sum(dim=1)


def focal(z: Tensor, y: Tensor, gamma: float = 2.0, class_weights: Any = ()) -> Tensor:
    logs = z.log_softmax(dim=1)
    weights = y * torch.tensor(class_weights, dtype=z.dtype) if len(class_weights) else y
    return -(weights * (1 - logs.exp()) ** gamma * logs).sum(dim=1)


def focal_sigmoid(z: Tensor, y: Tensor, gamma: float = 2.0, alpha: float = 0.25) -> Tensor:
    p, q = torch.sigmoid(z), torch.sigmoid(-z)
    ones = alpha * y * q**gamma * F.logsigmoid(z)
    zeros = (1 - alpha) * (1 - y) * p**gamma * F.logsigmoid(-z)
    return -(ones + zeros).sum(dim=1)


def poly_1(z: Tensor, y: Tensor, epsilon: float = 1.0) -> Tensor:
    logs = z.log_softmax(dim=1)
    return (y * (epsilon * (1 - logs.exp()) - logs)).sum(dim=1)


def generalized_cross_entropy(z: Tensor, y: Tensor, q: float = 0.7) -> Tensor:
    return (y * (1 - torch.exp(q * z.log_softmax(dim=1))) / q).sum(dim=1)


def symmetric_cross_entropy(
    z: Tensor, y: Tensor, alpha: float = 0.1, beta: float = 1.0, log_zero: float = -4.0
) -> Tensor:
    logs = z.log_softmax(dim=1)
    cost = -torch.log(y.clamp(min=1e-300)).clamp(min=log_zero)
    return (-alpha * y * logs + beta * logs.exp() * cost).sum(dim=1)


def kullback_leibler(z: Tensor, y: Tensor) -> Tensor:
    return (torch.xlogy(y, y) - y * z.log_softmax(dim=1)).sum(dim=1)


def reverse_kullback_leibler(z: Tensor, y: Tensor, label_smoothing: float = 0.1) -> Tensor:
    logs = z.log_softmax(dim=1)
    wanted = (1 - label_smoothing) * y + label_smoothing / z.shape[1]
    return (logs.exp() * (logs - wanted.log())).sum(dim=1)


def jensen_shannon(z: Tensor, y: Tensor) -> Tensor:
    logs = z.log_softmax(dim=1)
    p = logs.exp()
    middle = ((p + y) / 2).clamp(min=1e-300).log()
    return (torch.xlogy(y, y) - y * middle + p * (logs - middle)).sum(dim=1) / 2


def sparsemax(z: Tensor, y: Tensor) -> Tensor:
    p = sparsemax_of(z)
    return (((z - y) ** 2 - (z - p) ** 2) / 2).sum(dim=1)


def rescaled_squared_error(z: Tensor, y: Tensor, k: float = 1.0, M: float = 15.0) -> Tensor:
    return (y * k * (z - M) ** 2 + (1 - y) * z**2).sum(dim=1)


def hinge(z: Tensor, y: Tensor) -> Tensor:
    return F.relu(1 - margin(z, y)).sum(dim=1)


def squared_hinge(z: Tensor, y: Tensor) -> Tensor:
    return (F.relu(1 - margin(z, y)) ** 2).sum(dim=1)


def modified_huber(z: Tensor, y: Tensor) -> Tensor:
    m = margin(z, y)
    return torch.where(m >= -1, F.relu(1 - m) ** 2, -4 * m).sum(dim=1)


def perceptron(z: Tensor, y: Tensor) -> Tensor:
    m = margin(z, y)
    return torch.where(m <= 0, -m, 0 * m).sum(dim=1)


def logistic(z: Tensor, y: Tensor) -> Tensor:
    return F.softplus(-margin(z, y)).sum(dim=1)


def exponential(z: Tensor, y: Tensor) -> Tensor:
    m = margin(z, y)
    tangent = math.exp(50) * (-49 - m)
    return torch.where(m < -50, tangent, torch.exp(-m.clamp(min=-50))).sum(dim=1)


def multiclass_hinge(z: Tensor, y: Tensor) -> Tensor:
    return (z + 1 - y).amax(dim=1) - (y * z).sum(dim=1)


def dice(z: Tensor, y: Tensor, smooth: float = 1.0) -> Tensor:
    p = torch.sigmoid(z)
    return 1 - (2 * (p * y).sum(dim=1) + smooth) / ((p + y).sum(dim=1) + smooth)


def tversky(z: Tensor, y: Tensor, alpha: float = 0.3, beta: float = 0.7, smooth: float = 1.0) -> Tensor:
    p = torch.sigmoid(z)
    hits = (p * y).sum(dim=1) + smooth
    misses = (alpha * p * (1 - y) + beta * (1 - p) * y).sum(dim=1)
    return 1 - hits / (hits + misses)

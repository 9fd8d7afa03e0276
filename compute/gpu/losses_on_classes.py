"""The losses on classes in CUDA C++; see `compute.gpu.losses`."""

from __future__ import annotations

from compute.gpu.loss_kernel import LossKernel

ON_CLASSES: dict[str, LossKernel] = {
    "squared_error_sigmoid": LossKernel(
        "sigmoids", (), "const real e = s.residual(y); term = e * e; slope = (e + e) * s.p * s.q;"
    ),
    "absolute_error_sigmoid": LossKernel(
        "sigmoids", (), "const real e = s.residual(y); term = fabs(e); slope = sign(e) * s.p * s.q;"
    ),
    "binary_cross_entropy": LossKernel(
        "sigmoids", (), "slope = s.residual(y); term = (largest(z, 0) - y * z) + log1p(s.tail);"
    ),
    "focal_sigmoid": LossKernel(
        "sigmoids",
        ("gamma", "alpha"),
        """const real tail = log1p(s.tail);
        const real on = tail - smallest(z, 0), on_weight = y * alpha * pow(s.q, gamma);
        const real off = tail + largest(z, 0), off_weight = (1 - y) * (1 - alpha) * pow(s.p, gamma);
        term = on_weight * on + off_weight * off;
        slope = (on_weight * -(on * s.p * gamma + s.q)) + (off * s.q * gamma + s.p) * off_weight;""",
    ),
    "hinge": LossKernel("margins", (), "term = largest(1 - m, 0); slope = -sign(term);"),
    "squared_hinge": LossKernel(
        "margins", (), "const real lack = largest(1 - m, 0); term = lack * lack; slope = -2 * lack;"
    ),
    "modified_huber": LossKernel(
        "margins",
        (),
        """const real lack = 1 - m, near = clipped(lack, 0, 2);
        term = (lack + lack - near) * near;
        slope = -2 * near;""",
    ),
    "perceptron": LossKernel(
        "margins", (), "term = largest(-m, 0); slope = m <= 0 ? real(-1) : m > 0 ? real(0) : m;"
    ),
    "logistic": LossKernel(
        "margins",
        (),
        """const real tail = exp(-fabs(m));
        term = largest(-m, 0) + log1p(tail);
        slope = -(exp(smallest(-m, 0)) / (tail + 1));""",
    ),
    "exponential": LossKernel("margins", (), "term = exponential(-m, slope); slope = -slope;"),
    "focal": LossKernel(
        "labels",
        ("gamma",),
        """const real power = pow(complement, gamma);
        slope = (1 - p * gamma * log_p / largest(complement, TINY)) * power;
        term = -(power * log_p);""",
    ),
    "poly_1": LossKernel(
        "labels",
        ("epsilon",),
        "term = complement * epsilon - log_p; slope = 1 + epsilon - complement * epsilon;",
    ),
    "generalized_cross_entropy": LossKernel(
        "labels", ("q",), "slope = exp(log_p * q); term = expm1(log_p * q) / -q;"
    ),
    "cross_entropy": LossKernel(
        "",
        ("label_smoothing",),
        """const Softmax form(row);
        const auto target = [&](int k) {
        return (row.y(k) * (1 - label_smoothing) + label_smoothing / OUTPUTS) * row.weight(k);
        };
        real along = 0, mass = 0;
        EACH_OUTPUT(k) { along += target(k) * form.shifted(row, k); mass += target(k); }
        along = row_sum(along);
        mass = row.weights ? row_sum(mass) : real(1);
        EACH_OUTPUT(k) row.gradient[k] = form.weighted_residual(row, k, target(k), mass);
        return form.log_total * mass - along;""",
    ),
    "brier": LossKernel(
        "",
        (),
        """const Softmax form(row);
        const auto residual = [&](int k) { return form.residual(row, k, row.y(k)); };
        real value = 0;
        EACH_OUTPUT(k) value += residual(k) * residual(k);
        pull_back(row, form, [&](int k) { return residual(k) + residual(k); });
        return row_sum(value);""",
    ),
    "absolute_error_softmax": LossKernel(
        "",
        (),
        """const Softmax form(row);
        const auto residual = [&](int k) { return form.residual(row, k, row.y(k)); };
        real value = 0;
        EACH_OUTPUT(k) value += fabs(residual(k));
        pull_back(row, form, [&](int k) { return sign(residual(k)); });
        return row_sum(value);""",
    ),
    "kullback_leibler": LossKernel(
        "",
        (),
        """const Softmax form(row);
        real value = 0;
        EACH_OUTPUT(k) value += (log(largest(row.y(k), TINY)) - form.log_p(row, k)) * row.y(k);
        EACH_OUTPUT(k) row.gradient[k] = form.residual(row, k, row.y(k));
        return largest(row_sum(value), 0);""",
    ),
    "reverse_kullback_leibler": LossKernel(
        "",
        ("label_smoothing",),
        """const Softmax form(row);
        const auto ratio = [&](int k) {
        return form.log_p(row, k) - log(row.y(k) * (1 - label_smoothing) + label_smoothing / OUTPUTS);
        };
        real value = 0;
        EACH_OUTPUT(k) value += form.p(row, k) * ratio(k);
        pull_back(row, form, ratio);
        return largest(row_sum(value), 0);""",
    ),
    "jensen_shannon": LossKernel(
        "",
        (),
        """const Softmax form(row);
        const auto half = [&](int k) { return form.residual(row, k, row.y(k)) * real(0.5); };
        const auto ratio = [&](int k) { return log1p(-(half(k) / largest(form.p(row, k), TINY))); };
        real value = 0;
        EACH_OUTPUT(k) value += log1p(half(k) / largest(row.y(k), TINY)) * row.y(k);
        EACH_OUTPUT(k) value += ratio(k) * form.p(row, k);
        pull_back(row, form, [&](int k) { return ratio(k) * real(-0.5); });
        return largest(row_sum(value) * real(-0.5), 0);""",
    ),
    "symmetric_cross_entropy": LossKernel(
        "",
        ("alpha", "beta", "log_zero"),
        """const Softmax form(row);
        const real least = exp(log_zero);
        const auto cost = [&](int k) { return log(largest(row.y(k), least)) * -beta; };
        real value = 0;
        EACH_OUTPUT(k) value += form.log_p(row, k) * row.y(k) * -alpha + form.p(row, k) * cost(k);
        pull_back(row, form, cost, [&](int k) { return form.residual(row, k, row.y(k)) * alpha; });
        return row_sum(value);""",
    ),
    "sparsemax": LossKernel(
        "",
        (),
        """const real top = row_top(row);
        real threshold = -1;
        EACH_OUTPUT(k) {
        real sum = 0, count = 0;
        for (int j = 0; j < OUTPUTS; ++j) if (!(row.z[j] < row.z[k])) { sum += row.z[j] - top; count += 1; }
        threshold = largest(threshold, (sum - 1) / count);
        }
        threshold = row_largest(threshold);
        real value = 0;
        EACH_OUTPUT(k) {
        const real lead = row.z[k] - top - threshold, p = largest(lead, 0), y = row.y(k);
        row.gradient[k] = p - y;
        value += (lead - (p + y) * real(0.5)) * (p - y);
        }
        return row_sum(value);""",
    ),
    "multiclass_hinge": LossKernel(
        "",
        (),
        """const real top = row_top(row);
        real wrong = row.z[0] - top - row.y(0), label = 0, ties = 0;
        EACH_OUTPUT(k) {
        wrong = largest(wrong, row.z[k] - top - row.y(k));
        label += (row.z[k] - top) * row.y(k);
        }
        wrong = row_largest(wrong);
        EACH_OUTPUT(k) ties += row.z[k] - top - row.y(k) == wrong;
        ties = row_sum(ties);
        EACH_OUTPUT(k) row.gradient[k] = real(row.z[k] - top - row.y(k) == wrong) / ties - row.y(k);
        return wrong + 1 - row_sum(label);""",
    ),
    "dice": LossKernel(
        "", ("smooth",), "return of_overlap(row, real(0.5), real(0.5), smooth * real(0.5));"
    ),
    "tversky": LossKernel("", ("alpha", "beta", "smooth"), "return of_overlap(row, alpha, beta, smooth);"),
}  # fmt: skip

"""The form in which the kernels are told of a loss."""

from __future__ import annotations

from dataclasses import dataclass

FORMS = {
    "": "",
    "residuals": "real r, real& term, real& slope",
    "pairs": "real z, real y, real& term, real& slope",
    "margins": "real m, real& term, real& slope",
    "sigmoids": "real z, real y, Sigmoid s, real& term, real& slope",
    "labels": "real log_p, real p, real complement, real& term, real& slope",
    "scales": "real r, real log_scale, real& term, real& slope, real& scale_slope",
}
"""What the function of a form is given and writes; a loss without a form sees the whole row."""


@dataclass(frozen=True)
class LossKernel:
    """A loss in CUDA C++.

    Attributes
    ----------
    form
        Key of `FORMS`.
    parameters
        Names of its hyper-parameters, in the order in which the kernel is given them.
    body
        Statements.
    """

    form: str
    parameters: tuple[str, ...]
    body: str

    def source(self, name: str) -> str:
        """Return the device function of this loss."""
        numbers = "".join(f"    const real {p} = given[{i}];\n" for i, p in enumerate(self.parameters))
        body = "\n".join(f"    {line.strip()}" for line in self.body.strip().splitlines())
        if self.form:
            body = f"    return of_{self.form}(row, [=]({FORMS[self.form]}) {{\n{body}\n    }});"
        return (
            f"__device__ inline real loss_{name}(const Row& row, const real* given) {{\n{numbers}{body}\n}}\n"
        )

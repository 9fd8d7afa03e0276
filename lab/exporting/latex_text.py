"""Plain text as LaTeX: what LaTeX would take as a command is written so that it is printed."""

from __future__ import annotations

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
    "σ": "sigma", "τ": "tau", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma",
    "Δ": "Delta", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{",
    "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$", "|": "$|$",
    '"': "''", "−": "$-$", "±": r"$\pm$", "×": r"$\times$", "·": r"$\cdot$", "≤": r"$\leq$",
    "≥": r"$\geq$", "≈": r"$\approx$", "∞": r"$\infty$", "→": r"$\to$", "½": r"$\frac{1}{2}$", "²": "$^2$",
    "³": "$^3$", "₁": "$_1$", "₂": "$_2$", "–": "--", "—": "---", "…": r"\dots{}", "‖": r"$\|$",
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,", "“": "``", "”": "''", "’": "'",
}  # fmt: skip
_ALL = {**_SIGNS, **{sign: f"$\\{name}$" for sign, name in _GREEK.items()}}
_TABLE = str.maketrans(_ALL)


def latex_text(text: str) -> str:
    r"""Return text for a LaTeX document; line breaks and other control characters become spaces.

    Examples
    --------
    >>> print(latex_text("Huber, δ = 0.5 & 10 %_x"))
    Huber, $\delta$ = 0.5 \& 10 \%\_x
    """
    plain = "".join(letter if letter.isprintable() or letter in _SIGNS else " " for letter in text)
    return plain.translate(_TABLE)

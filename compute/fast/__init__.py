"""Training steps compiled by numba: the same results as with arrays up to rounding, several times faster.

Optional: `compute.engine` takes them for plans that ask for compiled kernels where numba is installed.
Importing this package loads nothing; `compute.fast.readiness` tells whether the kernels are compiled, and
``python -m compute.fast`` compiles them.
"""

"""An experiment as a person writes it, with comments."""

from __future__ import annotations

MINE = """\
# my experiment
name = "Mine"  # a name

[optimizer]
# tried 0.3 before
learning_rate = 0.1   # works
name = "sgd"

[data]
name = "moons"
noise = 0.3 # a lot

[[losses]]
name = "cross_entropy"  # first
[[losses]]
name = "brier"  # second
series = 4

[training]
epochs = 5
"""

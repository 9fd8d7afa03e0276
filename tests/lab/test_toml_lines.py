from __future__ import annotations

import pytest

from lab.toml_lines import line_of

TEXT = """\
name = "x"                      # 1
optimizer.learning_rate = 0.1   # 2

[data]                          # 4
name = "points"
inputs = [                      # 6
  [1.0, 2.0],
  [3.0, 4.0],
]
targets = [0, 1]                # 10
[data.split]                    # 11
train = 1.0

[[losses]]                      # 14
name = "brier"
[[losses]]                      # 16
name = "huber # [no header]"
delta = 2                       # 18
[ training . target ]           # 19
"value" = 3                     # 20
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("name", 1),
        ("optimizer.learning_rate", 2),
        ("data", 4),
        ("data.inputs", 6),
        ("data.targets", 10),
        ("data.targets.1", 10),
        ("data.split.train", 12),
        ("data.split.nothing", 11),
        ("losses.0.name", 15),
        ("losses.0.scale", 14),
        ("losses.1.delta", 18),
        ("training.target.value", 20),
        ("training.target", 19),
        ("nothing", None),
        ("seeds.count", None),
    ],
)
def test_a_key_is_found_or_its_nearest_parent(path: str, line: int | None) -> None:
    assert line_of(TEXT, path) == line

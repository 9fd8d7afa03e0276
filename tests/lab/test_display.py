from __future__ import annotations

import os
import socket
import sys

import pytest

from lab.display import why_no_display


@pytest.mark.parametrize(
    ("variables", "platform", "reason"),
    [
        ({}, "linux", "No display"),
        ({"DISPLAY": ""}, "linux", "No display"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ""),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", ""),
        ({"DISPLAY": "elsewhere:10.0"}, "linux", ""),
        ({"DISPLAY": ":64999"}, "linux", "No display answers at :64999"),
        ({"DISPLAY": "unix:64999.0"}, "linux", "No display answers at unix:64999.0"),
        ({}, "darwin", ""),
        ({}, "win32", ""),
    ],
)
def test_whether_a_window_can_open(variables: dict[str, str], platform: str, reason: str) -> None:
    assert why_no_display(variables, platform) == reason


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 sockets in the abstract namespace")
def test_a_display_that_answers_counts() -> None:
    number = 64000 + os.getpid() % 900
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(f"\0/tmp/.X11-unix/X{number}")
        server.listen(1)
        assert why_no_display({"DISPLAY": f":{number}"}, "linux") == ""

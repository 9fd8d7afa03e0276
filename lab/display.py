"""Whether a window can be opened here."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping


def why_no_display(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> str:
    """Say in words why no window can be opened, or return an empty text.

    Only Linux is doubted: there, a window needs an X11 or Wayland display, unless ``QT_QPA_PLATFORM`` asks
    for another kind of Qt platform. A local X11 display that nobody answers counts as none, since Qt would
    end the process over it.

    Examples
    --------
    >>> why_no_display({}, "linux")
    'No display'
    >>> why_no_display({"QT_QPA_PLATFORM": "offscreen"}, "linux"), why_no_display({}, "darwin")
    ('', '')
    """
    variables = os.environ if environment is None else environment
    if not platform.startswith("linux") or variables.get("QT_QPA_PLATFORM"):
        return ""
    if variables.get("WAYLAND_DISPLAY"):
        return ""
    display = variables.get("DISPLAY", "")
    if not display:
        return "No display"
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local and not _answers(int(local.group(1))):
        return f"No display answers at {display}"
    return ""


def _answers(number: int) -> bool:
    name = f"/tmp/.X11-unix/X{number}"
    for address in (name, "\0" + name):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return False

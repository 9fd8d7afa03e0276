"""What may happen to a file of the store from outside."""

from __future__ import annotations

from pathlib import Path


def spoil(path: Path, how: str) -> None:
    """Do that to a file; what is no name here flips a byte in its middle."""
    whole = path.read_bytes()
    if how == "removed":
        path.unlink()
    elif how == "emptied":
        path.write_bytes(b"")
    elif how == "cut":
        path.write_bytes(whole[: 2 * len(whole) // 3])
    elif how == "other":
        path.unlink()
        path.write_bytes(b"no frame at all" * 40)
    elif how == "folder":
        path.unlink()
        path.mkdir()
    elif how == "tail":
        path.write_bytes(whole[: len(whole) // 2] + bytes(40))
    else:
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 255
        path.write_bytes(flipped)

"""Make the page and the picture of each loss, and their index, from the catalogue.

Run from the repository's root: ``python docs/make_loss_pages.py [folder]``. Pages of losses that there are no
more are removed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PySide6.QtGui import QGuiApplication  # noqa: E402

from docs.loss_pages import index, names, page  # noqa: E402
from docs.loss_pictures import svg  # noqa: E402

LARGEST = 40_000


def main(arguments: list[str]) -> int:
    """Write all files; return 1 if a picture is larger than it should be."""
    folder = Path(arguments[0]) if arguments else ROOT / "docs" / "losses"
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication([])
    contents = {"README.md": index().encode("utf-8")}
    for name in names():
        contents[f"{name}.md"] = page(name).encode("utf-8")
        contents[f"{name}.svg"] = svg(name)
    application.shutdown()
    for path in folder.iterdir():
        if path.suffix in (".md", ".svg") and path.name not in contents:
            path.unlink()
    for file, content in contents.items():
        (folder / file).write_bytes(content)
    too_large = [file for file, content in contents.items() if len(content) > LARGEST]
    for file in too_large:
        print(f"{file} is larger than {LARGEST // 1000} kB")
    print(f"{len(contents)} files, {sum(map(len, contents.values())) / 1000:.0f} kB, in {folder}")
    return 1 if too_large else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

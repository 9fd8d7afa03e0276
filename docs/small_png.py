"""Writing small PNG files of pictures that have few colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage


def save(image: QImage, path: Path) -> int:
    """Write a small PNG of the 256 colours that stand for all others best; return its size in bytes."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB32)
    rgb.setDevicePixelRatio(1.0)
    width, height = rgb.width(), rgb.height()
    pixels = np.frombuffer(rgb.constBits(), dtype=np.uint32).reshape(height, width) & 0xFFFFFF
    colours, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    channels = np.stack([(colours >> shift) & 255 for shift in (16, 8, 0)], axis=1).astype(np.float32)
    chosen = palette(channels, counts)
    distance = ((channels[:, None, :] - channels[chosen][None]) ** 2).sum(axis=2)
    indices = distance.argmin(axis=1).astype(np.uint8)[places].reshape(height, width)
    padded = np.zeros((height, -(-width // 4) * 4), dtype=np.uint8)
    padded[:, :width] = indices
    small = QImage(padded.tobytes(), width, height, padded.shape[1], QImage.Format.Format_Indexed8)
    small.setColorTable([int(colour) | 0xFF000000 for colour in colours[chosen]])
    small.save(str(path), quality=0)
    return path.stat().st_size


def palette(channels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Choose up to 256 colours: the most frequent, then those furthest from what is chosen, by weight."""
    frequent = np.argsort(counts)[::-1][:96]
    chosen = list(frequent)
    nearest = ((channels[:, None, :] - channels[frequent][None]) ** 2).sum(axis=2).min(axis=1)
    weight = np.sqrt(counts)
    while len(chosen) < min(256, len(channels)):
        worst = int(np.argmax(nearest * weight))
        if nearest[worst] == 0:
            break
        chosen.append(worst)
        nearest = np.minimum(nearest, ((channels - channels[worst]) ** 2).sum(axis=1))
    return np.array(chosen)

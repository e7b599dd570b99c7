"""Whether a photo of a paper can be read: too small, too dark, blurred, or hidden by a reflection."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backoffice.claims.evidence import Fault

Grey = NDArray[np.float32]

LEAST_LONG, LEAST_SHORT = 640, 360
"""Pixels: below this the print of a receipt is not told apart."""
SEEN_AT = 1200
"""The longer side a photo is judged at: blur that vanishes there keeps nobody from reading."""
DARK_PAPER = 96.0
"""Grey of the bright tenth: paper in the shade of a lit room is above 120."""
TILE: Final = 16
TEXTURED = 36.0
"""A tile with less between its darkest and brightest grey shows no print."""
SHARP = 0.40
"""Print in focus changes by two fifths of its contrast and more from one pixel to the next."""
SATURATED, BURNT_TILE = 249.0, 0.97
PAPER_BELOW = 244.0
"""Screenshots and scans are white all over: there is nothing to reflect."""
GLARE_AREA = 0.008
"""The part of the picture a reflection must burn out to matter."""


def fault(picture: Image.Image) -> Fault | None:
    """What keeps this photo from being read, the plainest fault first; None for a legible one."""
    width, height = picture.size
    if max(width, height) < LEAST_LONG or min(width, height) < LEAST_SHORT:
        return Fault.SMALL
    grey = _grey(picture)
    if float(np.percentile(grey, 90)) < DARK_PAPER:
        return Fault.DARK
    if glare(grey):
        return Fault.GLARE
    return Fault.BLUR if blurred(grey) else None


def _grey(picture: Image.Image) -> Grey:
    small = picture.convert("L")
    small.thumbnail((SEEN_AT, SEEN_AT), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def _tiles(grey: Grey) -> Grey:
    """(rows, columns, TILE × TILE); what is left over at the right and below is not looked at."""
    rows, columns = grey.shape[0] // TILE, grey.shape[1] // TILE
    cut = grey[: rows * TILE, : columns * TILE]
    return cut.reshape(rows, TILE, columns, TILE).swapaxes(1, 2).reshape(rows, columns, TILE * TILE)


def sharpness(grey: Grey) -> float:
    """The steepest step between neighbours as a share of a tile's contrast, over the tiles that show print; 1.0 where
    nothing does (a blank page is not blurred)."""
    steps = np.zeros_like(grey)
    steps[:, 1:] = np.abs(np.diff(grey, axis=1))
    steps[1:, :] = np.maximum(steps[1:, :], np.abs(np.diff(grey, axis=0)))
    values = _tiles(grey)
    spread = np.percentile(values, 98, axis=2) - np.percentile(values, 2, axis=2)
    steepest = np.percentile(_tiles(steps), 98, axis=2)
    shown = spread > TEXTURED
    if shown.sum() < shown.size * 0.01:
        shown = spread > TEXTURED / 2
    if not shown.any():
        return 1.0
    return float(np.percentile(steepest[shown] / spread[shown], 60))


def blurred(grey: Grey) -> bool:
    """No print in focus, or nothing left of it."""
    return sharpness(grey) < SHARP


def glare(grey: Grey) -> bool:
    """A burnt patch without print amid print, on paper that is not white all over."""
    values = _tiles(grey)
    burnt = (values >= SATURATED).mean(axis=2) >= BURNT_TILE
    if burnt.mean() < GLARE_AREA or _paper(grey) >= PAPER_BELOW:
        return False
    spread = np.percentile(values, 95, axis=2) - np.percentile(values, 5, axis=2)
    print_ = spread > TEXTURED
    return any(len(patch) >= burnt.size * GLARE_AREA and _amid(patch, print_) for patch in _patches(burnt))


def _paper(grey: Grey) -> float:
    """The grey most of the bright half has: the paper's own."""
    bright = grey[grey >= np.median(grey)]
    counts, edges = np.histogram(bright, bins=64, range=(0.0, 256.0))
    return float(edges[int(np.argmax(counts[:-2]))]) if counts[:-2].sum() > counts[-2:].sum() / 4 else 255.0


def _patches(burnt: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Burnt tiles that touch."""
    left = {(int(r), int(c)) for r, c in np.argwhere(burnt)}
    found = []
    while left:
        patch, edge = [], [left.pop()]
        while edge:
            row, column = edge.pop()
            patch.append((row, column))
            near = {(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)} & left
            left -= near
            edge += near
        found.append(patch)
    return found


def _amid(patch: list[tuple[int, int]], print_: NDArray[np.bool_]) -> bool:
    """Print on at least three sides: a margin has it on one or two."""
    rows, columns = [r for r, _ in patch], [c for _, c in patch]
    top, bottom, left, right = min(rows), max(rows), min(columns), max(columns)
    sides = (
        print_[:top, left : right + 1],
        print_[bottom + 1 :, left : right + 1],
        print_[top : bottom + 1, :left],
        print_[top : bottom + 1, right + 1 :],
    )
    return sum(bool(side.any()) for side in sides) >= 3

"""Reads a QR code from its picture, as the camera of a phone would.

ISO/IEC 18004, byte mode, versions 1 to 6, undamaged: there is nothing to correct in a drawing.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from segno.consts import ALIGNMENT_POS, ECC

Grid = list[list[bool]]

STROKE = re.compile(r"class='qrline'[^>]* d='([^']+)'")
MOVE = re.compile(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?")
FORMAT_MASK = 0b101010000010010
BYTES = 0b0100

MASKS = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def read_code(picture: str) -> str:
    """The text in a picture that is a data address of an SVG."""
    grid = _modules(unquote(picture))
    version = (len(grid) - 17) // 4
    assert 1 <= version <= 6, version
    told = _format(grid)
    level, mask = told >> 13, told >> 10 & 7
    words = _codewords(_bits(grid, version, mask))
    data = _joined(words, [(one.num_blocks, one.num_data) for one in ECC[version][level]])
    bits = "".join(f"{word:08b}" for word in data)
    assert int(bits[:4], 2) == BYTES
    length = int(bits[4:12], 2)
    return bytes(int(bits[12 + 8 * n : 20 + 8 * n], 2) for n in range(length)).decode()


def _modules(svg: str) -> Grid:
    """Dark strokes on rows; the code begins where the first of them does."""
    found, x, y = set[tuple[int, int]](), 0, 0.0
    for kind, first, second in MOVE.findall(STROKE.search(svg)[1]):
        if kind == "h":
            found |= {(int(y), x + step) for step in range(int(first))}
            x += int(first)
        elif kind == "M":
            x, y = int(first), float(second)
        else:
            x, y = x + int(first), y + float(second)
    top, left = min(y for y, _ in found), min(x for _, x in found)
    size = max(y for y, _ in found) - top + 1
    return [[(top + y, left + x) in found for x in range(size)] for y in range(size)]


def _format(grid: Grid) -> int:
    """Level and mask, from the fifteen modules around the upper left finder."""
    places = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    return int("".join(str(int(grid[y][x])) for y, x in places), 2) ^ FORMAT_MASK


def _bits(grid: Grid, version: int, mask: int) -> Iterator[bool]:
    """Two columns at a time from the right, up and down in turn, past the patterns."""
    size, upwards = len(grid), True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (right, right - 1):
                if not _is_pattern(y, x, size, version):
                    yield grid[y][x] != MASKS[mask](y, x)
        upwards = not upwards


def _is_pattern(y: int, x: int, size: int, version: int) -> bool:
    corner = (y < 9 and (x < 9 or x > size - 9)) or (y > size - 9 and x < 9)
    return corner or y == 6 or x == 6 or _is_alignment(y, x, size, version)


def _is_alignment(y: int, x: int, size: int, version: int) -> bool:
    """Versions 2 to 6 have a single one."""
    centre = ALIGNMENT_POS[version - 2][-1] if version > 1 else -size
    return abs(y - centre) <= 2 and abs(x - centre) <= 2


def _codewords(bits: Iterator[bool]) -> list[int]:
    text = "".join(str(int(bit)) for bit in bits)
    return [int(text[n : n + 8], 2) for n in range(0, len(text) - 7, 8)]


def _joined(words: list[int], groups: list[tuple[int, int]]) -> list[int]:
    """The data words of every block one after another; they come in turn."""
    lengths = [data for count, data in groups for _ in range(count)]
    blocks: list[list[int]] = [[] for _ in lengths]
    stream = iter(words)
    for place in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if place < length:
                block.append(next(stream))
    return [word for block in blocks for word in block]

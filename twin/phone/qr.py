"""A QR code as SVG: byte mode, error correction L, versions 1–5 (up to 106 bytes).

ISO/IEC 18004; these versions hold their data in a single block, so nothing interleaves.
"""

DATA_CODEWORDS = (0, 19, 34, 55, 80, 108)
CHECK_CODEWORDS = (0, 7, 10, 15, 20, 26)
ALIGNMENT = (0, 0, 18, 22, 26, 30)
FORMAT_L_MASK_0 = 0b111011111000100
Grid = list[list[bool | None]]


def qr_svg(text: str) -> str:
    """A picture of ``text``. Raises ValueError when it is longer than 106 bytes."""
    grid = qr_grid(text)
    size = len(grid) + 8
    path = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(grid) for x, on in enumerate(row) if on
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="240"'
        f' height="240" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{path}"/></svg>'
    )


def qr_grid(text: str) -> list[list[bool]]:
    """The modules, dark ones True, without the quiet zone."""
    data = text.encode()
    version = next((v for v in range(1, 6) if len(data) + 2 <= DATA_CODEWORDS[v]), None)
    if version is None:
        raise ValueError("too long for a version 5 code")
    grid = _patterns(version)
    reserved = [[module is not None for module in row] for row in grid]
    words = _codewords(data, version)
    _place(grid, reserved, [word >> bit & 1 for word in words for bit in range(7, -1, -1)])
    return [[bool(module) for module in row] for row in grid]


def _codewords(data: bytes, version: int) -> list[int]:
    """Mode, length, data and padding, then the check words."""
    bits = f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data) + "0000"
    words = [int(bits[i : i + 8].ljust(8, "0"), 2) for i in range(0, len(bits), 8)]
    room = DATA_CODEWORDS[version]
    words = (words + [0xEC, 0x11] * room)[:room]
    return words + _checks(words, CHECK_CODEWORDS[version])


def _checks(words: list[int], count: int) -> list[int]:
    """The remainder of Reed–Solomon division over GF(256), polynomial 0x11D."""
    generator = [1]
    for power in range(count):
        root = _power_of_two(power)
        shifted, scaled = [*generator, 0], [0, *(_times(c, root) for c in generator)]
        generator = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
    rest = words + [0] * count
    for index in range(len(words)):
        factor = rest[index]
        for offset, coefficient in enumerate(generator):
            rest[index + offset] ^= _times(coefficient, factor)
    return rest[-count:]


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _power_of_two(exponent: int) -> int:
    value = 1
    for _ in range(exponent):
        value = _times(value, 2)
    return value


def _patterns(version: int) -> Grid:
    """Finders, separators, alignment, timing and format; everything else None."""
    size = 17 + 4 * version
    grid: Grid = [[None] * size for _ in range(size)]
    for left, top in ((0, 0), (size - 7, 0), (0, size - 7)):
        _square(grid, left + 3, top + 3, (True, True, False, True, False))
    if ALIGNMENT[version]:
        middle = ALIGNMENT[version]
        _square(grid, middle, middle, (True, False, True))
    for at in range(8, size - 8):
        grid[6][at] = grid[at][6] = at % 2 == 0
    _format(grid, size)
    return grid


def _square(grid: Grid, x: int, y: int, rings: tuple[bool, ...]) -> None:
    """Rings around a centre, from the centre outwards; what falls outside is left out."""
    reach = len(rings) - 1
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if 0 <= y + dy < len(grid) and 0 <= x + dx < len(grid):
                grid[y + dy][x + dx] = rings[max(abs(dx), abs(dy))]


def _format(grid: Grid, size: int) -> None:
    bits = [bool(FORMAT_L_MASK_0 >> bit & 1) for bit in range(15)]
    around = [0, 1, 2, 3, 4, 5, 7, 8]
    for bit in range(8):
        grid[around[bit]][8] = bits[bit]
        grid[8][size - 1 - bit] = bits[bit]
    for bit in range(8, 15):
        grid[8][around[14 - bit]] = bits[bit]
        grid[size - 15 + bit][8] = bits[bit]
    grid[size - 8][8] = True


def _place(grid: Grid, reserved: list[list[bool]], bits: list[int]) -> None:
    """Two columns at a time from the right, up and down, with mask 0."""
    size, stream = len(grid), iter(bits)
    upward = True
    for right in (*range(size - 1, 7, -2), 5, 3, 1):
        for step in range(size):
            y = size - 1 - step if upward else step
            for x in (right, right - 1):
                if not reserved[y][x]:
                    grid[y][x] = bool(next(stream, 0)) ^ ((x + y) % 2 == 0)
        upward = not upward

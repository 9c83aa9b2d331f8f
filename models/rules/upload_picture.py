"""The size that a picture says it has, from its header alone: nothing is decoded."""

MAX_PIXELS = 60_000_000
"""An A3 page scanned at 600 dpi has 70 million, at 400 dpi 31 million."""
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"

_MAX_SEGMENTS = 4_000
"""A JPEG says its size within its first few segments; more than this is made to keep us reading."""
_SOI = b"\xff\xd8"
_FILL = 0xFF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG that are followed by its height and width."""


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG; None for anything else, and where they are not said or nothing."""
    if content.startswith(PNG):
        size = _png_size(content)
    elif content.startswith(JPEG):
        size = _jpeg_size(content)
    else:
        size = None
    return size if size is not None and size[0] and size[1] else None


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or content[8:12] != b"\x00\x00\x00\x0d":
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    place = 2
    for _ in range(_MAX_SEGMENTS):
        marker, length = content[place : place + 2], int.from_bytes(content[place + 2 : place + 4])
        if len(marker) < len(_SOI) or marker[0] != _SOI[0]:
            return None
        if marker[1] == _FILL:
            place += 1
            continue
        if marker[1] in _FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width), int.from_bytes(height)
        if length < len(_SOI):
            return None
        place += len(_SOI) + length
    return None

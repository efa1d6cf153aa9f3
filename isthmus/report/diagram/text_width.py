"""How wide a line of text is in Arial, Helvetica and Liberation Sans, which have the same widths."""

from __future__ import annotations

import unicodedata

# Thousandths of the font size: https://learn.microsoft.com/typography/font-list/arial
_WIDTHS = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys("ft .,:;/\\!I[]", 278),
    **dict.fromkeys("r()-`{}", 333),
    **dict.fromkeys("ckJsvxyz", 500),
    **dict.fromkeys("+=<>~", 584),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    "W": 944,
    "%": 889,
    "@": 1015,
}
_OTHERS, _UNKNOWN, _FULL = 556, 700, 1000
_BOLD = 1.08


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in pixels, for a font size in pixels."""
    thousandths = sum(_width(each) for each in text)
    return thousandths * size / 1000 * (_BOLD if bold else 1)


def _width(each: str) -> int:
    if each.isascii():
        return _WIDTHS.get(each, _OTHERS)
    return _FULL if unicodedata.east_asian_width(each) in "WF" else _UNKNOWN

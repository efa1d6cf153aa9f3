"""An SVG as PNG, with resvg: https://github.com/linebender/resvg"""

from __future__ import annotations

from collections.abc import Callable

from isthmus.errors import CannotAnswer
from isthmus.report.diagram.elk_layout import INSTALL

_ZOOM = 2  # readable on a screen with small pixels
_TEXT = "<text y='20' font-size='20' font-family='Arial, sans-serif'>x</text>"


def png(svg: str) -> bytes:
    """The picture with a white background. Raises `CannotAnswer` without the renderer, or without a font."""
    try:
        import resvg_py
    except ImportError:
        raise CannotAnswer(
            f"PNG needs the renderer resvg, which is not installed\n  write: {INSTALL}\n"
            "  why:   a picture of pixels has to be rendered. SVG needs no renderer."
        ) from None
    if _rendered(resvg_py.svg_to_bytes, _TEXT) == _rendered(resvg_py.svg_to_bytes, ""):
        raise CannotAnswer(
            "PNG needs a font, and this machine has none: the picture would have no text\n"
            "  write: apt-get install fonts-liberation (Debian, Ubuntu), or write SVG"
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=_ZOOM))


def _rendered(svg_to_bytes: Callable[..., bytes], content: str) -> bytes:
    document = f"<svg xmlns='http://www.w3.org/2000/svg' width='24' height='24'>{content}</svg>"
    return bytes(svg_to_bytes(svg_string=document))

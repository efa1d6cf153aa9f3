"""Files of the repository that the wheel contains: the modules, the policies, the examples, and the project template.

In the repository they are at the top. `hatch_build.py` puts a copy into the wheel, so there is one source of each.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped"]

_PACKAGE = Path(__file__).parents[1]
_IN_WHEEL = _PACKAGE / "shipped"


def shipped(name: str) -> Path:
    """The path of a shipped file or folder: in the installed package, or in the repository that is installed from."""
    return (_IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent) / name

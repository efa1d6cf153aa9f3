"""Errors that prevent a cost estimate. Each lists every fault of a file at once.

CostError
├── UnusablePrices   a price sheet
└── UnusableTraffic  a traffic file
"""

from __future__ import annotations

from isthmus.text.printable import shown


class CostError(Exception):
    """The base of every error of a cost estimate. Its text may quote a file."""

    def __str__(self) -> str:
        return shown(super().__str__())


class UnusablePrices(CostError):
    """A price sheet that cannot be used."""


class UnusableTraffic(CostError):
    """A traffic file that cannot be used, or a flow in it that does not arrive."""

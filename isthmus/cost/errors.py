"""What a bill says when there can be none: every fault of a file at once.

CostError
├── UnusablePrices   a price sheet
└── UnusableTraffic  a file of flows
"""

from __future__ import annotations

from isthmus.text.printable import shown


class CostError(Exception):
    """The root of every error of a bill. Its text is written for the person who asked, and may quote a file."""

    def __str__(self) -> str:
        return shown(super().__str__())


class UnusablePrices(CostError):
    """A price sheet that cannot be used."""


class UnusableTraffic(CostError):
    """A file of flows that cannot be used, or a flow in it that does not flow."""

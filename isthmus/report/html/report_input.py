"""What a report is about: one network, and the change from another one to it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.changes import Refusal, ResourceChange
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.flows import Difference
from isthmus.terraform import Unknown

__all__ = ["ReportChange", "ReportInput"]


@dataclass(frozen=True)
class ReportInput:
    """A network, the paths that it was read from, and the options of the command line that belong to it."""

    subject: Analysis
    paths: tuple[str, ...]
    options: Sequence[str] = ()

    @property
    def trace(self) -> str:
        """The command that traces a flow of this network, without the flow."""
        return shlex.join(("isthmus", "trace", *self.paths, *self.options))


@dataclass(frozen=True)
class ReportChange:
    """The network before, and everything that differs: flows, resources, and the changes that are refused."""

    before: ReportInput
    difference: Difference
    changes: tuple[ResourceChange, ...] | Unknown
    refusals: tuple[Refusal, ...] = ()

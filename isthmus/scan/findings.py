"""The findings of a scan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from isthmus.scan.waivers import Waiver

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")


@dataclass(frozen=True)
class Finding:
    """A check that a block fails.

    check      id, such as CKV_ISTHMUS_1 or CKV_AWS_158
    severity   one of SEVERITIES; None if Checkov has none for the check
    info       what must hold
    details    what is wrong, a sentence each
    root       folder of the root module below the scanned folder, or the name of the plan
    address    address in the root module: module.hub.aws_kms_key.this
    file       path below the scanned folder, with / as separator
    lines      first and last line of the block
    source     page that explains it
    """

    check: str
    severity: str | None
    info: str
    details: tuple[str, ...]
    root: str
    address: str
    file: str
    lines: tuple[int, int]
    source: str | None = None

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """Sort key: the most severe first, then by check and address."""
        place = SEVERITIES.index(self.severity) if self.severity else len(SEVERITIES)
        return place, self.check, self.root, self.address

    def __str__(self) -> str:
        why = f": {'; '.join(self.details)}" if self.details else ""
        return f"{self.check} {self.root}: {self.address}: {self.info}{why}"


@dataclass(frozen=True)
class Scan:
    """The result of a scan.

    findings   failed checks that are not waived, the most severe first
    waived     failed checks that are waived, with the waiver
    expired    waivers after their last day: they waive nothing
    unused     waivers that match no finding: delete them
    roots      root modules and plans that were scanned
    resources  all resources and data sources
    passed     number of passed checks
    """

    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]
    expired: tuple[Waiver, ...]
    unused: tuple[Waiver, ...]
    roots: tuple[str, ...]
    resources: int
    passed: int
    today: date = field(compare=False, default_factory=date.today)

    @property
    def overdue(self) -> tuple[Waiver, ...]:
        """Waivers of Isthmus in use after their last day: they still hold."""
        return tuple(dict.fromkeys(waiver for _, waiver in self.waived if waiver.expires < self.today))

    @property
    def clean(self) -> bool:
        """Whether there is no finding, and no expired or unused waiver."""
        return not (self.findings or self.expired or self.unused)

"""What a scan says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from isthmus.scan.waivers import Waiver

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")


@dataclass(frozen=True)
class Finding:
    """One check that one block fails.

    check      id, such as CKV_ISTHMUS_1 or CKV_AWS_158
    severity   one of SEVERITIES; None where Checkov rates nothing
    info       what must hold
    details    what is wrong here, a sentence each
    root       folder of the root module below the scanned one, or the plan's name
    address    address in the root: module.hub.aws_kms_key.this
    file       path below the scanned folder, with / between
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
        """Sort key: the worst first, then by check and place."""
        place = SEVERITIES.index(self.severity) if self.severity else len(SEVERITIES)
        return place, self.check, self.root, self.address

    def __str__(self) -> str:
        why = f": {'; '.join(self.details)}" if self.details else ""
        return f"{self.check} {self.root}: {self.address}: {self.info}{why}"


@dataclass(frozen=True)
class Scan:
    """The answer.

    findings   what fails and is not waived, worst first
    waived     what fails and is waived, with the waiver
    expired    waivers whose day has passed: they waive nothing
    unused     waivers that match nothing: what they waived is gone, and so should they be
    roots      root modules and plans that were scanned
    resources  resources and data sources that were scanned: all there are
    passed     verdicts that passed
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
    def clean(self) -> bool:
        """Nothing is left to do."""
        return not (self.findings or self.expired or self.unused)

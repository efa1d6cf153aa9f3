"""Security posture: Checkov's checks and this repository's policies over every root at once, without silent gaps.

    from isthmus.scan import scan
    answer = scan(Path("cdktf.out"), policies=Path("policies"))

What Checkov alone would pass over in silence is either repaired before the scan (nulls, policies written as JSON text,
blocks that its parser cannot read) or is a finding (a `dynamic` block, a check that crashed), and every resource in the
files must have been seen. See docs/reference/policies.md.
"""

from isthmus.scan.errors import ScanError
from isthmus.scan.findings import Finding, Scan
from isthmus.scan.run import scan
from isthmus.scan.waivers import Waiver, read_waivers

__all__ = ["Finding", "Scan", "ScanError", "Waiver", "read_waivers", "scan"]

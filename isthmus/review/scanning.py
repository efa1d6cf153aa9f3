"""The scan of one side of a review. A scan that was not made is unknown, never clean."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from isthmus.errors import CannotAnswer
from isthmus.scan import Scan, ScanError, Waiver, scan
from isthmus.scan.errors import CheckovMissing
from isthmus.terraform import Unknown


def scan_folder(
    path: str, policies: Path | None, waivers: Iterable[Waiver], *, required: bool = True
) -> Scan | Unknown:
    """The scan of an output, as `isthmus scan` does it. `policies`: None for no scan.

    Raises `CannotAnswer` if the scan fails for a reason other than a missing Checkov; without `required` it is unknown.
    """
    if policies is None:
        return Unknown("--no-scan is given")
    if not policies.is_dir():
        return Unknown(f"no folder of policies at {policies}: state its path with --policies")
    if not Path(path).is_dir():
        return Unknown(f"{path} is no folder of root modules: scan a plan with `isthmus scan --plan`")
    try:
        return scan(Path(path), policies=policies, waivers=waivers)
    except CheckovMissing as error:
        return Unknown(str(error))
    except ScanError as error:
        if required:
            raise CannotAnswer(str(error)) from error
        return Unknown(str(error))


def nothing_scanned() -> Scan:
    """The scan of a network that does not exist."""
    return Scan((), (), (), (), (), 0, 0)

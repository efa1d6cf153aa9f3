"""What the on-premises side needs: the prefixes of both sides, and the hand-over sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from isthmus.errors import CannotAnswer
from isthmus.intent import Estate
from isthmus.network.model import Site, Unknown
from isthmus.output.folder import Output
from isthmus.output.overview import advertised, roots
from isthmus.proof.analysis import Analysis
from isthmus.proof.errors import ProofError
from isthmus.proof.result.proof import Proof
from isthmus.report.handover import sheets
from isthmus.report.html.sheet_blocks import sheet_blocks
from isthmus.terraform import UnreadableTerraform

__all__ = ["on_premises"]


def on_premises(subject: Analysis, proof: Proof, paths: Sequence[str]) -> dict[str, Any]:
    """Prefixes that AWS advertises, prefixes that the sites advertise, and a hand-over sheet for each connection."""
    return {
        "by_aws": [
            {"connection": connection, "prefixes": list(found.listed)}
            for connection, found in proof.advertised_prefixes.items()
        ],
        "by_sites": [record for site in subject.locations.sites for record in _by_site(site)],
        **_sheets(subject, paths),
    }


def _by_site(site: Site) -> Iterator[dict[str, Any]]:
    for connection in site.connections:
        prefixes = site.advertised_on(connection)
        if isinstance(prefixes, Unknown):
            listed = [f"unknown: {prefixes.reason}"]
        else:
            listed = [str(one.prefix) for one in prefixes] or ["nothing"]
        yield {"site": site.name, "connection": connection, "prefixes": listed}


def _sheets(subject: Analysis, paths: Sequence[str]) -> dict[str, Any]:
    """The sheets as `isthmus handover` writes them, or why there are none."""
    folder = Path(paths[0])
    if subject.estate is None or len(paths) != 1 or not (folder / "stacks").is_dir():
        return {"sheets": [], "no_sheets": "hand-over sheets need one output folder of synthesis with its intent"}
    try:
        found = sheets(*_output(subject, subject.estate, folder))
    except (CannotAnswer, ProofError, UnreadableTerraform) as error:
        return {"sheets": [], "no_sheets": str(error)}
    return {
        "sheets": [{"connection": sheet.connection, "blocks": sheet_blocks(sheet.markdown)} for sheet in found],
        "no_sheets": "" if found else "this input has no VPN connection of the intent",
    }


def _output(subject: Analysis, estate: Estate, folder: Path) -> tuple[Output, Any]:
    output = Output(folder, estate, subject.graph, subject.network, subject.drift)
    return output, advertised(output.network, estate, roots(folder, subject.graph, estate))

"""The SBOM of a release, as CycloneDX: what uv.lock installs, and what the wheel contains.

uv exports its lock file in this format. It does not know files of other projects that are in the wheel, and gives every
document a new number and the time of the export.
https://cyclonedx.org/docs/1.5/json/
"""

from __future__ import annotations

import json
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from isthmus.errors import CannotAnswer
from isthmus.report.vendor import elk


def components_text(source: Path, version: str, time: int, uv: str) -> str:
    """The SBOM of the sources in a folder. `time`: that of the commit, in seconds since 1970. Raises `CannotAnswer`."""
    export = ("export", "--frozen", "--offline", "--no-dev", "--all-extras", "--format", "cyclonedx1.5")
    ran = subprocess.run(  # noqa: S603
        (uv, *export, "--preview-features", "sbom-export", "--quiet", "--project", str(source)),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise CannotAnswer(f"uv cannot list the components:\n{ran.stderr.strip()}")
    document: dict[str, Any] = json.loads(ran.stdout)
    document["components"] += vendored()
    document["metadata"]["timestamp"] = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    contents = json.dumps([version, document["components"]], sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, contents)}"
    return json.dumps(document, indent=2) + "\n"


def vendored() -> list[dict[str, Any]]:
    """The files of other projects in `isthmus.report.vendor`, which the wheel contains."""
    name = "elkjs"  # of the npm package
    return [
        {
            "type": "library",
            "bom-ref": f"vendored-{name}@{elk.VERSION}",
            "name": name,
            "version": elk.VERSION,
            "hashes": [{"alg": "SHA-256", "content": elk.SHA256}],
            "licenses": [{"license": {"id": elk.LICENCE}}],
            "purl": f"pkg:npm/{name}@{elk.VERSION}",
        }
    ]

"""Plans, read for a scan as the proof reads them: what one command refuses, the other refuses with the same words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.scan.errors import UnreadableInput
from isthmus.terraform import UnreadableTerraform, sources
from isthmus.terraform.documents import contents


def read_plan(path: Path) -> tuple[Mapping[str, Any], str]:
    """A plan and its text, read as the proof reads it. Raises UnreadableInput if it is none."""
    try:
        (source,) = sources(path)
        data = contents(path)
    except UnreadableTerraform as error:
        raise UnreadableInput(f"{error}") from None
    except ValueError:
        raise UnreadableInput(f"{path} is a folder, not a plan") from None
    if source.form != "plan" or source.document is None or "planned_values" not in source.document:
        raise UnreadableInput(f"{path} is no plan: expected what `terraform show -json plan.tfplan` writes")
    return source.document, data.decode(json.detect_encoding(data))

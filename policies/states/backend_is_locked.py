from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_dict


class BackendIsLocked(EstatePolicy):
    """Two applies at once corrupt a state. S3 locks only if it is asked to: with `use_lockfile`, or a DynamoDB table.

    A local backend locks by itself, and belongs to one machine: fine to begin with, not for a team.
    """

    id = "CKV_ISTHMUS_54"
    rating = "HIGH"
    info = "A state in S3 is locked"
    source = "https://developer.hashicorp.com/terraform/language/backend/s3"
    plan = False  # a plan does not show the backend

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return (block for block in scanned.of_kind("terraform") if "backend" in block.values)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        backend = as_dict(block.values["backend"])
        if "s3" in backend:
            settings = as_dict(backend["s3"])
            if settings.get("use_lockfile") is not True and not settings.get("dynamodb_table"):
                yield "neither use_lockfile nor dynamodb_table is set"


check = BackendIsLocked()

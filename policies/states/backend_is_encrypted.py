from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_dict


class BackendIsEncrypted(EstatePolicy):
    """A state knows every address and, for a careless resource, every secret. `encrypt` makes Terraform ask for it on
    each write, whatever the bucket's default is.
    """

    id = "CKV_ISTHMUS_55"
    rating = "HIGH"
    info = "A state in S3 is encrypted"
    source = "https://developer.hashicorp.com/terraform/language/backend/s3"
    plan = False  # a plan does not show the backend

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return (block for block in scanned.of_kind("terraform") if "backend" in block.values)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        backend = as_dict(block.values["backend"])
        if "s3" in backend and as_dict(backend["s3"]).get("encrypt") is not True:
            yield "encrypt is not true"


check = BackendIsEncrypted()

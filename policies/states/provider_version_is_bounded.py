from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_dict


class ProviderVersionIsBounded(EstatePolicy):
    """Without a constraint `terraform init` takes the newest provider: defaults change between major versions, and
    older ones lack arguments that this code relies on and then ignore what they do not know.
    """

    id = "CKV_ISTHMUS_57"
    rating = "MEDIUM"
    info = "The AWS provider has a version constraint with a lower and an upper bound"
    source = "https://developer.hashicorp.com/terraform/language/providers/requirements"
    plan = False  # a plan does not show it as Checkov reads one

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        for block in scanned.of_kind("terraform"):
            if "aws" in as_dict(block.values.get("required_providers")):
                yield block

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        aws = as_dict(block.values.get("required_providers"))["aws"]
        version = str(as_dict(aws).get("version", "") if isinstance(aws, (dict, list)) else aws)
        exact = version.strip()[:1].isdigit() or "=" in version.replace(">=", "").replace("<=", "").replace("!=", "")
        bounded = "~>" in version or (">" in version and "<" in version)
        if not (exact or bounded):
            yield f"version is {version!r}"


check = ProviderVersionIsBounded()

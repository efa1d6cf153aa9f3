from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_dict

_SECRETS = ("access_key", "secret_key", "token", "sse_customer_key", "password")


class BackendHoldsNoCredentials(EstatePolicy):
    """Terraform copies backend settings in clear text into `.terraform` and into every plan file. Credentials come from
    the environment, or from a role.
    """

    id = "CKV_ISTHMUS_56"
    rating = "CRITICAL"
    info = "A backend holds no credentials"
    source = "https://developer.hashicorp.com/terraform/language/backend"
    plan = False  # a plan does not show the backend

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return (block for block in scanned.of_kind("terraform") if "backend" in block.values)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        for kind, settings in as_dict(block.values["backend"]).items():
            for argument in _SECRETS:
                if as_dict(settings).get(argument):
                    yield f"{kind}: {argument} is set"


check = BackendHoldsNoCredentials()

from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus_policy import Block, ProviderPolicy


class ProviderKnowsItsAccount(ProviderPolicy):
    """Credentials for the wrong account are a matter of one shell. With `allowed_account_ids` the provider stops before
    it touches anything.
    """

    id = "CKV_ISTHMUS_58"
    rating = "HIGH"
    info = "An AWS provider names the accounts it may touch"
    source = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs#allowed_account_ids-1"

    def problems(self, block: Block) -> Iterator[str]:
        accounts = block.items("allowed_account_ids")
        if not accounts:
            yield "allowed_account_ids is not set"
        elif not all(isinstance(one, str) and re.fullmatch(r"\d{12}", one) for one in accounts):
            yield f"allowed_account_ids is {accounts}"


check = ProviderKnowsItsAccount()

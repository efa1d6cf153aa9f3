from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources

_SECRET = re.compile(r"\b(tunnel[12]_preshared_key|customer_gateway_configuration)\b")
_WHOLE = re.compile(r"\baws_vpn_connection\.[\w-]+(\[[^]]*\])?(?![\w.\[-])")


class OutputsKeepKeys(EstatePolicy):
    """An output hands the pre-shared keys to every root that reads this state. `customer_gateway_configuration` is
    XML with both keys in it, and the whole connection holds both. `sensitive` hides them on the screen only.

    Output `preshared_key_arn`, and grant the site's team `secretsmanager:GetSecretValue` on it.
    """

    id = "CKV_ISTHMUS_22"
    rating = "CRITICAL"
    info = "No output exposes pre-shared keys"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/enhanced-security.html"
    plan = False  # Checkov does not read the outputs of a plan

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.of_kind("output")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        text = repr(block.values.get("value"))
        if found := _SECRET.search(text):
            yield f"its value holds {found[1]}"
        elif found := _WHOLE.search(text):
            yield f"its value is the whole of {found[0]}"


check = OutputsKeepKeys()

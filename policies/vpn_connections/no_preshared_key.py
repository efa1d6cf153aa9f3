from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class NoPresharedKey(ResourcePolicy):
    """A key in the configuration is in clear text in the state and in every saved plan, whatever it comes from:
    a variable, a random password, a secret that was read.

    Leave the argument out: AWS generates the key, and `preshared_key_storage` keeps it in Secrets Manager.
    """

    id = "CKV_ISTHMUS_20"
    rating = "CRITICAL"
    info = "No pre-shared key is written in the configuration"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/enhanced-security.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in ("tunnel1_preshared_key", "tunnel2_preshared_key"):
            if block.has(argument):
                yield f"{argument} is set"


check = NoPresharedKey()

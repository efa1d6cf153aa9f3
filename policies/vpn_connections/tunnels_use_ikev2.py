from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class TunnelsUseIkev2(ResourcePolicy):
    """By default, AWS accepts both versions, and the customer gateway device chooses. IKEv1 is withdrawn."""

    id = "CKV_ISTHMUS_16"
    rating = "HIGH"
    info = "Both tunnels accept IKEv2 only"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in ("tunnel1_ike_versions", "tunnel2_ike_versions"):
            versions = block.items(argument, ("ikev1", "ikev2"))
            if set(versions) != {"ikev2"}:
                yield f"{argument} is {versions}"


check = TunnelsUseIkev2()

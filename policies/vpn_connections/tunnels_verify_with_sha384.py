from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_ACCEPTED = {"SHA2-384", "SHA2-512"}
_AWS_DEFAULT = ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512")


class TunnelsVerifyWithSha384(ResourcePolicy):
    """Unless a list is given, AWS accepts SHA-1 too and the customer gateway chooses. Both phases need the list."""

    id = "CKV_ISTHMUS_18"
    rating = "HIGH"
    info = "Both phases of both tunnels verify with SHA-384 or SHA-512"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in (f"tunnel{n}_phase{phase}_integrity_algorithms" for n in (1, 2) for phase in (1, 2)):
            algorithms = block.items(argument, _AWS_DEFAULT)
            if not set(algorithms) <= _ACCEPTED:
                yield f"{argument} is {algorithms}"


check = TunnelsVerifyWithSha384()

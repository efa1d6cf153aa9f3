from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_ACCEPTED = {"AES256", "AES256-GCM-16"}
_AWS_DEFAULT = ("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16")


class TunnelsEncryptWithAes256(ResourcePolicy):
    """Unless a list is given, AWS accepts AES-128 too and the customer gateway chooses. Both phases need the list."""

    id = "CKV_ISTHMUS_17"
    rating = "HIGH"
    info = "Both phases of both tunnels encrypt with AES-256"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in (f"tunnel{n}_phase{phase}_encryption_algorithms" for n in (1, 2) for phase in (1, 2)):
            algorithms = block.items(argument, _AWS_DEFAULT)
            if not set(algorithms) <= _ACCEPTED:
                yield f"{argument} is {algorithms}"


check = TunnelsEncryptWithAes256()

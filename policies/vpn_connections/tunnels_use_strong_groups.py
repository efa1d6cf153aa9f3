from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_ACCEPTED = {20, 21}
_AWS_DEFAULT = (2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24)


class TunnelsUseStrongGroups(ResourcePolicy):
    """Unless a list is given, AWS accepts 1024 bit groups too (2; 5 in phase 2), and the weakest one that both sides
    know decides who can read the traffic later. `plan` does not even refuse group numbers that do not exist.
    """

    id = "CKV_ISTHMUS_19"
    rating = "HIGH"
    info = "Both phases of both tunnels exchange keys over P-384 or P-521 (groups 20 and 21)"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in (f"tunnel{n}_phase{phase}_dh_group_numbers" for n in (1, 2) for phase in (1, 2)):
            groups = block.items(argument, _AWS_DEFAULT)
            if not set(groups) <= _ACCEPTED:
                yield f"{argument} is {groups}"


check = TunnelsUseStrongGroups()

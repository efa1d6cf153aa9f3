from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class TunnelsAreOpenedAgain(ResourcePolicy):
    """With the startup action `add` AWS waits for the customer gateway to open a tunnel. With the DPD timeout action
    `none` it keeps a dead session. After AWS has replaced an endpoint, such a tunnel waits for the device at the site.
    """

    id = "CKV_ISTHMUS_63"
    rating = "LOW"
    info = "AWS opens at least one tunnel of a VPN connection, or ends a dead session"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        if not any(
            block.literal(f"tunnel{n}_startup_action", "add") == "start"
            or block.literal(f"tunnel{n}_dpd_timeout_action", "clear") in ("clear", "restart")
            for n in (1, 2)
        ):
            yield "both tunnels have startup_action add and dpd_timeout_action none: only the site can open them again"


check = TunnelsAreOpenedAgain()

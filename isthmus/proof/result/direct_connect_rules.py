"""The rules about Direct Connect: paths without encryption, and a backup that wins."""

from __future__ import annotations

from isthmus.proof.result.rule import ProofRule

DIRECT_CONNECT = (
    ProofRule(
        "unencrypted-path",
        "A route table has a path over a Direct Connect gateway that carries the tunnels of VPN connections.",
        "Packets on this path are not encrypted. A transit gateway prefers Direct Connect to a VPN connection for "
        "equal prefixes. The tunnels need no route: they use the attachment itself.",
        "https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx.html",
    ),
    ProofRule(
        "longer-prefix-over-vpn",
        "A VPN connection has a longer prefix than Direct Connect of the same site, to the site or from it. Without an "
        "intent this is a note.",
        "Routers and transit gateways use the longest prefix before they compare the kinds of connections. The backup "
        "carries the traffic, with the bandwidth and the cost of the internet, while Direct Connect is up.",
        "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html",
    ),
)

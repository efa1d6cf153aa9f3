"""Site-to-Site VPN connections and their tunnels.

The defaults are the strictest values that AWS and common devices support. The defaults of AWS also accept IKEv1, SHA1
and DH group 2.
https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from isthmus.intent.direct_connect import DirectConnectGatewayRef
from isthmus.intent.model import Many, intent
from isthmus.intent.segment import SegmentRef
from isthmus.intent.site import CustomerGatewayRef


class Routing(StrEnum):
    """Where the routes to a site come from.

    BGP     the site's routers advertise them
    STATIC  static routes to the site's networks
    """

    BGP = "bgp"
    STATIC = "static"


@intent
class Tunnel:
    """The options of one IPsec tunnel. Times are in seconds.

    inside_cidr             a /30 of 169.254.0.0/16; None: derived from the connection's number
    ike_versions            `ikev2`; IKE version 1 is rejected as weak
    phase1_encryption_algorithms, phase2_encryption_algorithms  `AES256-GCM-16`, `AES256`
    phase1_integrity_algorithms, phase2_integrity_algorithms  `SHA2-384`, `SHA2-512`; with a reason also `SHA2-256`
    phase1_dh_group_numbers, phase2_dh_group_numbers  Diffie-Hellman groups 20 and 21; with a reason also 14 to 19
    weaker_algorithms_reason  why the device needs SHA2-256 or groups 14 to 19; it becomes a tag of the VPN connection
    startup_action          "start": AWS initiates the tunnel; "add": the customer gateway does
    dpd_timeout_action      action after dead peer detection: "clear", "none" or "restart"
    dpd_timeout             30 or more
    phase1_lifetime         900 to 28,800
    phase2_lifetime         900 to 3,600, below phase1_lifetime
    rekey_margin_time       60 to half of phase2_lifetime
    rekey_fuzz_percentage   0 to 100
    replay_window_size      64 to 2,048 packets
    lifecycle_control       you decide when AWS replaces the tunnel endpoint
    """

    inside_cidr: str | None = None
    ike_versions: Many[str] = ("ikev2",)
    phase1_encryption_algorithms: Many[str] = ("AES256-GCM-16",)
    phase1_integrity_algorithms: Many[str] = ("SHA2-384", "SHA2-512")
    phase1_dh_group_numbers: Many[int] = (20, 21)
    phase1_lifetime: int = 28_800
    phase2_encryption_algorithms: Many[str] = ("AES256-GCM-16",)
    phase2_integrity_algorithms: Many[str] = ("SHA2-384", "SHA2-512")
    phase2_dh_group_numbers: Many[int] = (20, 21)
    weaker_algorithms_reason: str | None = None
    phase2_lifetime: int = 3_600
    dpd_timeout_action: str = "restart"
    dpd_timeout: int = 30
    startup_action: str = "start"
    rekey_margin_time: int = 540
    rekey_fuzz_percentage: int = 100
    replay_window_size: int = 1_024
    lifecycle_control: bool = False


@intent
class VpnConnection:
    """A Site-to-Site VPN connection from the hub to a customer gateway, with two tunnels.

    customer_gateway  the device at the site
    number            1 to 512, unique in the estate; the tunnels' inside CIDRs are derived from it
    segment           the segment of the connection: it decides what the site reaches
    routing           BGP (recommended), or static routes to the site's networks
    default_route     create a static default route to this connection for spokes with egress ON_PREMISES; not needed if
                      the site advertises 0.0.0.0/0
    acceleration      use AWS Global Accelerator; a change replaces the connection
    tunnels           options of tunnel 1 and tunnel 2
    bgp_logs          also log BGP events; needs AWS provider 6.25 or later, which the root module then requires
    large_tunnels     up to 5 Gbps for each tunnel instead of 1.25, without acceleration; needs AWS provider 6.22 or
                      later, which the root module then requires; a change replaces the connection
    over              the Direct Connect gateway that carries its tunnels, between private addresses: it encrypts the
                      traffic of the site over Direct Connect; None: the internet; a change replaces the connection
    was               its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    customer_gateway: CustomerGatewayRef
    number: int
    segment: SegmentRef
    routing: Routing = Routing.BGP
    default_route: bool = False
    acceleration: bool = False
    tunnels: tuple[Tunnel, Tunnel] = field(default_factory=lambda: (Tunnel(), Tunnel()))
    bgp_logs: bool = False
    large_tunnels: bool = False
    over: DirectConnectGatewayRef | None = None
    was: str | None = None

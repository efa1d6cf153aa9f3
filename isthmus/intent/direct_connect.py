"""Direct Connect gateways and their transit virtual interfaces.

https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-transit-gateways.html
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, by_name, intent
from isthmus.intent.segment import SegmentRef
from isthmus.intent.site import CustomerGatewayRef


class MacSec(StrEnum):
    """The MACsec mode of a dedicated connection, in the words of AWS.

    NONE    no MACsec
    SHOULD  the connection also carries packets if MACsec fails
    MUST    the connection is down if MACsec fails
    """

    NONE = "no_encrypt"
    SHOULD = "should_encrypt"
    MUST = "must_encrypt"


@intent
class TransitVirtualInterface:
    """A transit virtual interface: a VLAN on a Direct Connect connection, with a BGP session to a device at the site.

    AWS generates the key of its BGP session.

    customer_gateway  the device where it ends; its ASN is that of the BGP session
    location          the code of the Direct Connect location, such as "EqDC2"
    connection        the ID of your dedicated connection or link aggregation group, which exists already; None: hosted
    hosted            the ID of a virtual interface that a partner creates in your account, and that Terraform accepts;
                      None: Terraform creates it on `connection`
    vlan              1 to 4094
    amazon_address    the BGP address of AWS with its prefix length, such as "169.254.100.1/30"
    customer_address  the BGP address of the device, in the same network
    mtu               8500 or 1500; the connection must support jumbo frames for 8500
    bfd               use Bidirectional Forwarding Detection, which notices a failure in a second instead of 90 seconds
    port_speed        capacity of the dedicated connection, for the cost: "1Gbps", "10Gbps", "100Gbps" or "400Gbps";
                      None: the cost of the port is not estimated
    macsec            the MACsec mode of the connection, for the hand-over sheet
    was               its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    customer_gateway: CustomerGatewayRef
    location: str
    connection: str | None = None
    hosted: str | None = None
    vlan: int
    amazon_address: str
    customer_address: str
    mtu: int = 8500
    bfd: bool = True
    port_speed: str | None = None
    macsec: MacSec = MacSec.NONE
    was: str | None = None


@intent
class DirectConnectGateway:
    """A Direct Connect gateway that is associated with the hub. Its virtual interfaces lead to one site.

    If the site also has VPN connections, they are the backup: the hub prefers Direct Connect for equal prefixes. If VPN
    connections run over it, it carries only their tunnels, and the prefixes in both directions follow from them.

    asn                 the private ASN of its BGP sessions; not the hub's
    segment             the segment of the site: it decides what the site reaches
    allowed_prefixes    the prefixes that AWS advertises to the site; None: the blocks of the estate, or, if the site
                        also has VPN connections with BGP, the CIDRs of the spokes that it reaches
    advertises          the prefixes that the site advertises over Direct Connect; None: those of the site
    virtual_interfaces  its transit virtual interfaces, at two locations or more
    was                 its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    asn: int
    segment: SegmentRef
    allowed_prefixes: Many[str] | None = None
    advertises: Many[str] | None = None
    virtual_interfaces: Many[TransitVirtualInterface]
    was: str | None = None


DirectConnectGatewayRef = Annotated[DirectConnectGateway | str, by_name]

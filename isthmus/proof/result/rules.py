"""The catalogue of the rules of a proof: stable ids, their meaning, and the AWS page.

An id never changes its meaning.
"""

from __future__ import annotations

from isthmus.proof.result.direct_connect_rules import DIRECT_CONNECT
from isthmus.proof.result.published_service_rules import PUBLISHED_SERVICES
from isthmus.proof.result.refused_by_aws import REFUSALS
from isthmus.proof.result.rule import ROUTE_53, TGW, VPC, VPN, ProofRule

_ALL = (
    # --- configurations that Terraform or AWS refuses ---
    ProofRule(
        "undeclared-reference",
        "An expression refers to a resource, variable or output that is not declared. This is checked in folders "
        "only: Terraform creates no plan with such a reference.",
        "Terraform refuses to plan it. The reference is missing from whatever needed it, for example a route table or "
        "a firewall policy.",
    ),
    ProofRule(
        "region-differs",
        "A resource refers to a resource in another Region, or is in another Region than the intent states.",
        "A VPC, its resources and its transit gateway attachment are in one Region. Only transit gateway peering "
        "connects Regions.",
        TGW + "tgw-peering.html",
    ),
    ProofRule(
        "account-differs",
        "A resource is in another account than the intent states, or than the resource that it refers to.",
        "Subnets, route tables, network ACLs, gateways and VPN connections belong to the account that owns the VPC or "
        "the transit gateway. AWS refuses others.",
        VPC + "vpc-share-limitations.html",
    ),
    ProofRule(
        "mixed-vpcs",
        "A resource refers to resources of two VPCs.",
        "The subnets, security groups and network ACLs of one resource are in one VPC. AWS refuses others.",
        VPC + "what-is-amazon-vpc.html",
    ),
    ProofRule(
        "duplicate-zone-subnet",
        "An endpoint or firewall has two subnets in one Availability Zone.",
        "It has one network interface in each zone. AWS refuses a second one.",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    ),
    ProofRule(
        "alias-target-mismatch",
        "An alias record has the DNS name of one target and the hosted zone ID of another.",
        "Route 53 looks up the name in that hosted zone, does not find it, and refuses the record.",
        "https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html",
    ),
    ProofRule(
        "resource-used-twice",
        "Two resources use a resource that only one of them can use.",
        "AWS refuses the second one, or it undoes the first. Examples are an Elastic IP address of two NAT gateways, "
        "and a default route table that is managed twice.",
        VPC + "nat-gateway-working-with.html",
    ),
    ProofRule(
        "unassigned-addresses",
        "A transit gateway route forwards packets for addresses of the estate's blocks that no VPC has.",
        "A site's default route receives every packet without a more specific route, also packets for a destroyed "
        "spoke. A blackhole route for each block prevents this.",
        TGW + "tgw-route-tables.html",
    ),
    ProofRule(
        "hub-differs",
        "The transit gateway is not the one that the intent states, has another ASN, has ECMP support off, or, if it "
        "exists already, adds routes to sites to its default route table.",
        "The routers of every site are configured with the ASN. With another ASN none of their BGP sessions is "
        "established.",
        TGW + "tgw-transit-gateways.html",
    ),
    # --- flows ---
    ProofRule(
        "intended-flow-blocked",
        "An intended flow is blocked.",
        "A route, an association or a propagation is missing between the two, or a filter blocks the packets.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "intended-flow-one-way",
        "An intended flow is reachable, but the replies are blocked.",
        "A transit gateway looks up the route table of the attachment that a packet arrives from, so each direction "
        "uses its own table. TCP needs both directions.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "client-ports-denied",
        "The replies to an intended flow reach fewer than half of the client ports.",
        "A network ACL sees a reply as a packet to the client port. The range of client ports depends on the "
        "operating system: if your clients use a smaller range, state it with --client-ports.",
        VPC + "custom-network-acl.html#nacl-ephemeral-ports",
    ),
    ProofRule(
        "unintended-flow",
        "Two locations can reach each other, and the intent does not allow it.",
        "One propagation, summary route or default route is enough to break isolation.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "unintended-one-way-flow",
        "Packets are reachable in one direction, and the intent does not allow it.",
        "One direction is enough for a flood, a port scan or UDP traffic. TCP does not show it.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "hairpin",
        "Two internal locations reach each other through an internet exit or an on-premises router.",
        "A default route carries every packet without a more specific route, including packets for other spokes. The "
        "router at its end can send them back. Blackhole routes for the estate's blocks prevent this.",
        TGW + "transit-gateway-nat-igw.html",
    ),
    ProofRule(
        "one-way-flow",
        "Without an intent: packets arrive, and the replies do not come back.",
        "The return path uses other route tables than the forward path. A route, a propagation or a rule for replies "
        "is missing.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "asymmetric-inspection",
        "A flow goes through a firewall in one direction, and through another one or none in the other direction.",
        "A stateful firewall that sees only one direction drops the flow. Appliance mode keeps both directions in one "
        "zone.",
        TGW + "transit-gateway-appliance-scenario.html",
    ),
    ProofRule(
        "uninspected-flow",
        "A flow that has to be inspected bypasses the firewall.",
        "One more specific route around the firewall is enough, and nothing inspects the flow.",
        "https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html",
    ),
    ProofRule(
        "firewall-policy-differs",
        "A firewall policy differs from the intent.",
        "Domain names, rule order and default actions decide what a firewall allows, and no path shows them. One "
        "default action can allow everything or nothing.",
        "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-policy-processing.html",
    ),
    ProofRule(
        "endpoint-service-differs",
        "A Gateway Load Balancer endpoint of the egress VPC has another endpoint service than the intent states.",
        "Behind another endpoint service are other firewalls, with other rules.",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html",
    ),
    ProofRule(
        "appliance-mode-off",
        "The VPC of a firewall has several zones, and its attachment is not in appliance mode.",
        "Without appliance mode each direction of a flow enters the zone that it comes from, so that two firewall "
        "endpoints see half of the flow each.",
        TGW + "transit-gateway-appliance-scenario.html",
    ),
    ProofRule(
        "cross-zone-path",
        "A flow changes its Availability Zone in the egress VPC.",
        "Each zone has its own firewall endpoint and NAT gateway. A path in one zone does not depend on other zones, "
        "and has no cross-zone data transfer charges.",
        TGW + "transit-gateway-appliance-scenario.html",
    ),
    ProofRule(
        "allowed-connection-blocked",
        "An allowed connection is blocked, or its replies are.",
        "A network ACL is stateless: it has to allow the port, and the replies to the client ports.",
        VPC + "custom-network-acl.html",
    ),
    ProofRule(
        "unintended-connection",
        "A connection is reachable that the intent does not allow.",
        "Reachability is bidirectional, allowed connections are directional. Once the intent lists connections "
        "between two segments, all others are denied.",
        VPC + "nacl-rules.html",
    ),
    # --- egress and services ---
    ProofRule(
        "egress-missing",
        "The egress path that the intent states does not work.",
        "It needs a default route in every route table on the forward path, and routes for the replies.",
        TGW + "transit-gateway-nat-igw.html",
    ),
    ProofRule(
        "unintended-egress",
        "A spoke reaches the internet by an egress path that the intent does not state.",
        "The intended egress path is inspected and logged; another one is not.",
        VPC + "VPC_Route_Tables.html",
    ),
    ProofRule(
        "unintended-inbound-access",
        "The internet can reach hosts without a public address, or a location that is not public.",
        "Only hosts in public subnets with public addresses are intended to be reachable from the internet.",
        VPC + "VPC_Internet_Gateway.html",
    ),
    ProofRule(
        "service-endpoint-missing",
        "A spoke does not reach an AWS service through the VPC endpoint that the intent states.",
        "Without the endpoint, traffic to the service uses the egress path to the internet, or is blocked.",
        VPC.replace("userguide", "privatelink") + "gateway-endpoints.html",
    ),
    ProofRule(
        "service-endpoint-blocked",
        "The security groups of an interface endpoint deny a location that is intended to use it.",
        "The service's name resolves to the endpoint for all clients. Clients that the security group denies cannot "
        "reach the service at all.",
        VPC.replace("userguide", "privatelink") + "create-interface-endpoint.html",
    ),
    ProofRule(
        "service-name-missing",
        "No private hosted zone resolves a service's name to its central interface endpoint.",
        "Without it, requests do not use the endpoint. They use the egress path to the internet, or are blocked.",
        VPC.replace("userguide", "privatelink") + "manage-dns-names.html",
    ),
    # --- DNS ---
    ProofRule(
        "dns-endpoint-missing",
        "The intent forwards DNS queries from sites or to other DNS servers, and there is no Resolver endpoint.",
        "The Resolver of a VPC receives queries from other networks, and forwards queries to them, only through an "
        "endpoint.",
        ROUTE_53 + "resolver.html",
    ),
    ProofRule(
        "dns-rule-differs",
        "A domain is not forwarded to the DNS servers that the intent states.",
        "Its queries go to public DNS, or to a server that does not know the domain.",
        ROUTE_53 + "resolver-rules-managing.html",
    ),
    ProofRule(
        "dns-path-blocked",
        "DNS queries or responses are blocked between a Resolver endpoint and a site.",
        "DNS uses UDP, and TCP for long responses. Both need port 53 and the return path.",
        ROUTE_53 + "resolver-choose-vpc.html",
    ),
    ProofRule(
        "dns-association-missing",
        "A spoke's VPC is not associated with a Resolver rule, private hosted zone, query log or DNS firewall that "
        "the intent states.",
        "A shared resource has no effect until the VPC is associated with it, or with a profile that contains it.",
        ROUTE_53 + "resolver-rules-managing-sharing.html",
    ),
    ProofRule(
        "dns-firewall-differs",
        "The DNS firewall allows a name that the intent blocks, or blocks a name that the intent allows.",
        "If several rules list a name, the rule with the lowest priority number decides.",
        ROUTE_53 + "resolver-dns-firewall-rule-groups.html",
    ),
    ProofRule(
        "unintended-forward",
        "A Resolver rule forwards names that the intent does not forward.",
        "The most specific rule wins. Its DNS servers receive the queries for these names.",
        ROUTE_53 + "resolver-overview-forward-vpc-to-network-domain-name-matches.html",
    ),
    ProofRule(
        "unintended-zone",
        "A private hosted zone answers names that the intent leaves to public DNS.",
        "A private hosted zone answers all names below its domain. A name without a record in it does not resolve.",
        ROUTE_53 + "hosted-zone-private-considerations.html",
    ),
    ProofRule(
        "unintended-endpoint",
        "An interface endpoint answers the names of a service that the intent leaves to public DNS.",
        "Private DNS names send all requests of the VPC to the endpoint, and not to gateway endpoints or the egress "
        "path.",
        VPC.replace("userguide", "privatelink") + "manage-dns-names.html",
    ),
    ProofRule(
        "overridden-name",
        "Another resource answers a name that a private hosted zone, interface endpoint or forward rule of the intent "
        "should answer.",
        "The most specific domain wins. A Resolver rule wins over a private hosted zone or an endpoint of the same "
        "domain.",
        ROUTE_53 + "resolver-overview-forward-vpc-to-network-domain-name-matches.html",
    ),
    ProofRule(
        "name-blocked",
        "The DNS firewall blocks a name that a zone, an endpoint or DNS servers of the intent should answer.",
        "The DNS firewall evaluates every query of the VPC before anything answers it.",
        ROUTE_53 + "resolver-dns-firewall-overview.html",
    ),
    ProofRule(
        "dns-disabled",
        "DNS support is off in a spoke's VPC, or the autodefined rules for reverse lookups are off.",
        "Without enable_dns_support the Resolver of the VPC does not answer. Private hosted zones and private DNS "
        "names of endpoints also need enable_dns_hostnames.",
        VPC + "AmazonDNS-concepts.html",
    ),
    ProofRule(
        "custom-dns-server",
        "The DHCP options give hosts another DNS server than the Resolver of the VPC.",
        "Hosts then query that server. Resolver rules, private hosted zones, private DNS names and the DNS firewall "
        "have no effect.",
        VPC + "DHCPOptionSetConcepts.html",
    ),
    *REFUSALS,
    # --- resources of the intent ---
    ProofRule(
        "spoke-missing",
        "The intent has a spoke, and no VPC has its CIDR.",
        "A flow to a VPC that does not exist is not 'blocked': that answer would have no meaning.",
    ),
    ProofRule(
        "egress-vpc-missing",
        "The intent has an egress VPC, and no attached VPC has its CIDR.",
        "Every spoke with CENTRAL egress uses it.",
    ),
    ProofRule(
        "connection-missing",
        "The intent has a VPN connection or virtual interface that does not exist.",
        "The networks of a site are reachable only through its connections.",
    ),
    ProofRule(
        "connection-differs",
        "A connection has another routing, customer gateway, ASN, location or allowed prefix than the intent states.",
        "A connection to another customer gateway, or with the wrong ASN, is never established.",
        VPN + "your-cgw.html",
    ),
    ProofRule(
        "unintended-attachment",
        "A resource is attached to the transit gateway and is not part of the intent.",
        "The proof covers the locations of the intent. Another attached network may reach any of them, and be "
        "reachable from them.",
    ),
    ProofRule(
        "zone-not-covered",
        "An Availability Zone of a spoke has no attachment subnet, or no private subnet.",
        "Hosts in a zone without an attachment subnet cannot reach the transit gateway, even with a route to it.",
        TGW + "tgw-vpc-attachments.html",
    ),
    # --- route tables ---
    ProofRule(
        "route-blackholed",
        "The target of a route does not exist any more.",
        "The route still wins by longest-prefix match, and drops the packets.",
        VPC + "route-tables-priority.html",
    ),
    ProofRule(
        "route-shadowed",
        "A route never matches a packet: other routes of its table match all of its addresses.",
        "It looks like a backup or an additional path, and is neither.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "non-routable-range-routed",
        "The hub has a route to a CIDR that a spoke with a routable CIDR hides.",
        "The CIDR is in use elsewhere, so packets for its other owner would reach this spoke. An attachment propagates "
        "every CIDR of its VPC; a static route for the routable CIDR does not.",
        TGW + "how-transit-gateways-work.html",
    ),
    *PUBLISHED_SERVICES,
    ProofRule(
        "overlapping-advertisement",
        "A site advertises addresses that a VPC or another site has.",
        "An address belongs to one location. Hosts at the site find it in their own network and never send it to AWS. "
        "Between two prefixes, longest-prefix match decides.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "over-advertised",
        "AWS advertises a prefix to a site that no network of the site is intended to reach.",
        "AWS advertises the routes of the associated transit gateway route table, and over Direct Connect the allowed "
        "prefixes. The site then sends packets for these prefixes to AWS.",
        VPN + "VPNRoutingTypes.html",
    ),
    *DIRECT_CONNECT,
    ProofRule(
        "quota-exceeded",
        "The network uses more of a resource than the AWS quota allows.",
        "AWS refuses the resource during apply, after others were created. Beyond the BGP limits AWS ends the session.",
        "https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html",
    ),
    # --- failures and unknown results ---
    ProofRule(
        "redundancy-missing",
        "A failure interrupts flows that the intent has redundancy for.",
        "The failure of one tunnel of two, of one customer gateway of several, of a NAT gateway in one zone, or of "
        "one zone is an expected event.",
        VPN + "vpn-redundant-connection.html",
    ),
    ProofRule(
        "unknown-result",
        "Part of the network could not be resolved, so that a result is unknown.",
        "Unknown is never rounded to reachable or blocked. A pipeline that requires a proof fails.",
    ),
)

CATALOGUE = {rule.id: rule for rule in _ALL}


def rule(name: str) -> ProofRule:
    """The rule with that id. A structural finding of the engine that is not listed gets a rule made of its id."""
    listed = CATALOGUE.get(name)
    return listed or ProofRule(
        name, f"{name.replace('-', ' ').capitalize()}.", "A finding about the configuration itself."
    )

"""The catalogue of what a proof can find: stable ids, what each means, and the AWS page behind it.

Ids never change their meaning. The engine's structural findings keep their own ids; those listed here explain them.
"""

from __future__ import annotations

from isthmus.proof.result.refused_by_aws import REFUSALS
from isthmus.proof.result.rule import ROUTE_53, TGW, VPC, VPN, ProofRule

_ALL = (
    # --- what Terraform and AWS take at all ---
    ProofRule(
        "undeclared-reference",
        "Something refers to a resource, variable or output that nothing declares. Of folders alone: Terraform makes "
        "no plan with such a reference, and a state names others by their ids, which may be of things elsewhere.",
        "Terraform refuses to plan it. Whatever the reference was for, a table's route or a firewall's policy, is not "
        "there.",
    ),
    ProofRule(
        "region-differs",
        "A resource refers to one of another Region, or is in another Region than the intent.",
        "VPCs, their parts and their transit gateway are of one Region: AWS knows the id of none in another. Only "
        "peering joins Regions.",
        TGW + "tgw-peering.html",
    ),
    ProofRule(
        "account-differs",
        "A resource names what has to be of its own account and is of another, or is in another account than the "
        "intent.",
        "Subnets, route tables, network ACLs, gateways and VPN connections are made by the account that owns the VPC "
        "or the transit gateway: AWS refuses others.",
        VPC + "vpc-share-limitations.html",
    ),
    ProofRule(
        "mixed-vpcs",
        "A resource uses parts of two VPCs.",
        "The subnets, security groups and network ACLs of one resource are of one VPC: AWS refuses others.",
        VPC + "what-is-amazon-vpc.html",
    ),
    ProofRule(
        "duplicate-zone-subnet",
        "An endpoint or firewall has two subnets in one zone.",
        "It has one network interface in each zone: AWS refuses a second.",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    ),
    ProofRule(
        "alias-target-mismatch",
        "An alias record has the name of one target and the hosted zone of another.",
        "Route 53 looks the name up in that zone, where it is not: AWS refuses the record.",
        "https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html",
    ),
    ProofRule(
        "resource-used-twice",
        "Two resources use one thing of which only one can have the use.",
        "The second is refused, or undoes the first: an address of two NAT gateways, a default table managed twice.",
        VPC + "nat-gateway-working-with.html",
    ),
    ProofRule(
        "unassigned-addresses",
        "A transit gateway route carries packets for addresses of the estate's blocks that nothing has.",
        "A site's default route takes whatever nothing more specific takes: packets for a spoke that is gone go there. "
        "A blackhole for each block ends that.",
        TGW + "tgw-route-tables.html",
    ),
    ProofRule(
        "hub-differs",
        "The transit gateway has another ASN than the intent, or does not spread over equal tunnels.",
        "The routers of every site are configured with the ASN: another one keeps all their BGP sessions down.",
        TGW + "tgw-transit-gateways.html",
    ),
    # --- who reaches whom ---
    ProofRule(
        "intended-flow-blocked",
        "A flow that the intent asks for does not get there.",
        "Somewhere between the two a route, an association, a propagation or a filter is missing or in the way.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "intended-flow-one-way",
        "A flow that the intent asks for gets there, but its replies do not come back.",
        "A transit gateway looks up the table of the attachment a packet arrives from, so each direction has its own "
        "table. TCP does not work over one of two directions.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "client-ports-denied",
        "The replies to a flow that the intent asks for get back to fewer than half of the client ports.",
        "A network ACL sees a reply as a packet to the port that the client chose. Which range that is depends on the "
        "client's operating system: where it is a smaller one, say so with --client-ports.",
        VPC + "custom-network-acl.html#nacl-ephemeral-ports",
    ),
    ProofRule(
        "unintended-flow",
        "Two parties reach each other although the intent does not say so.",
        "Isolation is the absence of every way: one propagation, summary route or default is enough to undo it.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "unintended-one-way-flow",
        "Packets get through in one direction although the intent does not say so.",
        "One direction is enough to flood, to scan, and to talk by UDP. It also hides: nothing that uses TCP shows it.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "hairpin",
        "Two parties reach each other by way of an exit or an on-premises router.",
        "A default route carries whatever nothing more specific takes, other spokes' addresses included, and whatever "
        "stands at its end sends them back. Blackholes for the estate's own blocks end that.",
        TGW + "transit-gateway-nat-igw.html",
    ),
    ProofRule(
        "one-way-flow",
        "Without an intent: packets arrive, and their replies never come back.",
        "The tables on the way back are others than on the way there: a route, a propagation or a rule for replies is "
        "missing.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "asymmetric-inspection",
        "A flow meets a firewall in one direction and another, or none, in the other.",
        "A stateful firewall that sees half of a flow drops it. Appliance mode keeps both directions in one zone.",
        TGW + "transit-gateway-appliance-scenario.html",
    ),
    ProofRule(
        "uninspected-flow",
        "A flow that has to meet a firewall gets there past it.",
        "Inspected segments, and spokes that leave by an inspected egress VPC, are told apart by what a firewall lets "
        "through: one more specific route around it, and nothing looks.",
        "https://docs.aws.amazon.com/network-firewall/latest/developerguide/architectures.html",
    ),
    ProofRule(
        "firewall-policy-differs",
        "A firewall's policy is not the one that the intent states.",
        "What a firewall lets out is decided by names, order and defaults that no packet shows: a list that denies "
        "instead of allowing, one default action, and everything leaves, or nothing does.",
        "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-policy-processing.html",
    ),
    ProofRule(
        "appliance-mode-off",
        "The VPC that a firewall is in has several zones, and its attachment is not in appliance mode.",
        "Without it each direction of a flow enters the zone it comes from: a firewall in the other zone answers.",
        TGW + "transit-gateway-appliance-scenario.html",
    ),
    ProofRule(
        "cross-zone-path",
        "A flow changes zones inside the egress VPC.",
        "Each zone has a firewall endpoint and a NAT gateway of its own, so that one zone's failure is no other's, and "
        "no traffic is paid for between them.",
        TGW + "transit-gateway-appliance-scenario.html",
    ),
    ProofRule(
        "allowed-connection-blocked",
        "A connection that the intent lets one side open does not get there and back.",
        "A network ACL keeps no state: it has to let in the port, and the replies out to the client's port.",
        VPC + "custom-network-acl.html",
    ),
    ProofRule(
        "unintended-connection",
        "A connection can be opened that the intent does not let this side open.",
        "Reaching is mutual, opening is not: what is said of two sides is all that may be opened between them.",
        VPC + "nacl-rules.html",
    ),
    # --- ways out ---
    ProofRule(
        "egress-missing",
        "The way out to the internet that the intent states does not work.",
        "A way out needs a default route in every table on its way, and a way back for the replies.",
        TGW + "transit-gateway-nat-igw.html",
    ),
    ProofRule(
        "unintended-egress",
        "A spoke gets out to the internet by a way that the intent does not state.",
        "Each way out is agreed, inspected and logged; a second one is a hole in that.",
        VPC + "VPC_Route_Tables.html",
    ),
    ProofRule(
        "unintended-inbound-access",
        "The internet reaches hosts without a public address of their own, or a party that is not public at all.",
        "Only hosts in public subnets, with public addresses, are meant to be reached from outside.",
        VPC + "VPC_Internet_Gateway.html",
    ),
    ProofRule(
        "service-endpoint-missing",
        "A spoke does not reach an AWS service through the endpoint that the intent asks for.",
        "Without the endpoint in a subnet's table, traffic to the service takes the way out to the internet, or none.",
        VPC.replace("userguide", "privatelink") + "gateway-endpoints.html",
    ),
    ProofRule(
        "service-endpoint-blocked",
        "Somebody who is meant to use an interface endpoint is not let in by its security groups.",
        "The name resolves to the endpoint for everybody; who is not let in has lost the service altogether.",
        VPC.replace("userguide", "privatelink") + "create-interface-endpoint.html",
    ),
    ProofRule(
        "service-name-missing",
        "No private zone leads a service's name to its central interface endpoint.",
        "Without the name the endpoint stands idle, and requests take the way out to the internet, or none.",
        VPC.replace("userguide", "privatelink") + "manage-dns-names.html",
    ),
    # --- names ---
    ProofRule(
        "dns-endpoint-missing",
        "The intent has queries from sites or to other DNS servers, and no Resolver endpoint for them.",
        "The resolver of a VPC can be reached from nowhere else, and reaches nothing else, but by an endpoint.",
        ROUTE_53 + "resolver.html",
    ),
    ProofRule(
        "dns-rule-differs",
        "A domain is not forwarded to the DNS servers that the intent says.",
        "Queries then go to the internet, or to a server that knows nothing of the domain.",
        ROUTE_53 + "resolver-rules-managing.html",
    ),
    ProofRule(
        "dns-path-blocked",
        "DNS queries, or their answers, do not get through between a Resolver endpoint and a site.",
        "Queries go by UDP, and by TCP when an answer is long; both need port 53 open and the way back.",
        ROUTE_53 + "resolver-choose-vpc.html",
    ),
    ProofRule(
        "dns-not-associated",
        "A spoke's VPC is not associated with a rule, private zone, query log or DNS firewall that it is meant to use.",
        "What is shared does nothing until the VPC is associated with it, or with a profile that holds it.",
        ROUTE_53 + "resolver-rules-managing-sharing.html",
    ),
    ProofRule(
        "dns-firewall-differs",
        "The DNS firewall answers what the intent blocks, or blocks what it allows.",
        "Of the rules that list a name the one with the lowest number decides.",
        ROUTE_53 + "resolver-dns-firewall-rule-groups.html",
    ),
    ProofRule(
        "unintended-forward",
        "A Resolver rule forwards names that the intent does not forward.",
        "The most specific rule wins. Its DNS servers see these names, and answer them or not.",
        ROUTE_53 + "resolver-overview-forward-vpc-to-network-domain-name-matches.html",
    ),
    ProofRule(
        "unintended-zone",
        "A private hosted zone answers names that the intent leaves to public DNS.",
        "A private zone answers for all names below its own. A name that it has no record for does not exist then.",
        ROUTE_53 + "hosted-zone-private-considerations.html",
    ),
    ProofRule(
        "unintended-endpoint",
        "An interface endpoint answers names of a service that the intent leaves to public DNS.",
        "Private names lead all requests of the VPC to the endpoint, past gateway endpoints and the egress path.",
        VPC.replace("userguide", "privatelink") + "manage-dns-names.html",
    ),
    ProofRule(
        "hidden-name",
        "A private zone, interface endpoint or forward rule of the intent is there, and something else answers.",
        "The most specific domain wins, and a Resolver rule wins over a private zone or an endpoint of the same name.",
        ROUTE_53 + "resolver-overview-forward-vpc-to-network-domain-name-matches.html",
    ),
    ProofRule(
        "name-blocked",
        "The DNS firewall blocks a name that the intent has answered by a zone, an endpoint or other DNS servers.",
        "The firewall looks at every query of the VPC first, whatever would answer it.",
        ROUTE_53 + "resolver-dns-firewall-overview.html",
    ),
    ProofRule(
        "dns-disabled",
        "DNS is switched off in a spoke's VPC, or AWS's own rules for reverse lookups are.",
        "Without enable_dns_support the Resolver of the VPC does not answer. Private zones and private names of "
        "endpoints need enable_dns_hostnames too.",
        VPC + "AmazonDNS-concepts.html",
    ),
    ProofRule(
        "custom-dns-server",
        "DHCP hands out another DNS server than the Resolver of the VPC.",
        "Hosts then ask that server: rules, private zones, endpoint names and the DNS firewall are not asked.",
        VPC + "DHCPOptionSetConcepts.html",
    ),
    *REFUSALS,
    # --- what is there ---
    ProofRule(
        "spoke-missing",
        "The intent has a spoke, and no VPC has its CIDR.",
        "A flow to something that does not exist is not 'blocked': the answer would mean nothing.",
    ),
    ProofRule(
        "egress-vpc-missing",
        "The intent has an egress VPC, and no attached VPC has its CIDR.",
        "Every spoke whose way out is central leaves by it.",
    ),
    ProofRule(
        "connection-missing",
        "The intent has a VPN connection that is not there.",
        "A site's networks are reachable only through its connections.",
    ),
    ProofRule(
        "connection-differs",
        "A VPN connection is not as the intent states it: routing, customer gateway address or ASN.",
        "A connection to another gateway, or with the wrong ASN, never comes up.",
        VPN + "your-cgw.html",
    ),
    ProofRule(
        "not-in-intent",
        "Something is attached to the transit gateway that the intent does not know.",
        "The proof covers what the intent names: what it does not name may reach, and be reached by, anybody.",
    ),
    ProofRule(
        "zone-not-covered",
        "A zone that a spoke uses has no way to the transit gateway, or no private subnet.",
        "Hosts in a zone without an attachment subnet do not get to the transit gateway, even with a route to it.",
        TGW + "tgw-vpc-attachments.html",
    ),
    # --- tables ---
    ProofRule(
        "route-blackholed",
        "A route leads to a target that is not there any more.",
        "It still wins by its prefix length, and drops what it matches.",
        VPC + "route-tables-priority.html",
    ),
    ProofRule(
        "route-shadowed",
        "A route never matches anything: other routes of its table take all of its addresses.",
        "It looks like a backup or a way that exists, and is neither.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "overlapping-advertisement",
        "A site advertises addresses that a VPC or another site has.",
        "One address means one place: hosts at the site find it at home and never send it to AWS, and of two prefixes "
        "the longer one decides.",
        TGW + "how-transit-gateways-work.html",
    ),
    ProofRule(
        "over-advertised",
        "AWS advertises to a site what no network of that site is meant to reach.",
        "A gateway advertises the table that a VPN is associated with: what is in it, the site will send there.",
        VPN + "VPNRoutingTypes.html",
    ),
    ProofRule(
        "quota-exceeded",
        "More of something than AWS allows.",
        "AWS refuses what is over a quota at apply, half way through; over the BGP limits it ends the session.",
        "https://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html",
    ),
    # --- scenarios ---
    ProofRule(
        "not-resilient",
        "Something fails, and flows are lost that the intent has redundancy for.",
        "One tunnel of two, one customer gateway of several, one zone's NAT gateway, one zone: each may go any day.",
        VPN + "vpn-redundant-connection.html",
    ),
    ProofRule(
        "unknown-result",
        "Something of this network could not be resolved, so that an answer is missing.",
        "Unknown is never rounded to yes or no, and a gate that meets it stays shut.",
    ),
)

CATALOGUE = {rule.id: rule for rule in _ALL}


def rule(name: str) -> ProofRule:
    """The rule of that id; the engine's structural findings that are not listed explain themselves."""
    listed = CATALOGUE.get(name)
    return listed or ProofRule(
        name, f"{name.replace('-', ' ').capitalize()}.", "A finding about the configuration itself."
    )

"""What Terraform takes and AWS refuses. The ids are those of the language's rules for the same."""

from __future__ import annotations

from isthmus.proof.result.rule import FIREWALL, ROUTE_53, TGW, VPC, VPN, ProofRule

REFUSALS = (
    ProofRule(
        "dns-forwarding-loop",
        "A Resolver rule asks the inbound endpoint of a VPC that it is associated with.",
        "The query comes back to where it left. AWS refuses the association (RSLVR-00804).",
        ROUTE_53 + "best-practices-resolver-endpoints.html",
    ),
    ProofRule(
        "duplicate-domain",
        "Two zones, two rules, or an endpoint's private names and a zone, are for one domain in one VPC.",
        "AWS refuses the second association, halfway through the apply.",
        ROUTE_53 + "hosted-zone-private-considerations.html",
    ),
    ProofRule(
        "duplicate-endpoint-service",
        "Two interface endpoints have private names for one service in one VPC.",
        "Both claim one domain, and AWS refuses the second.",
        VPC.replace("userguide", "privatelink") + "manage-dns-names.html",
    ),
    ProofRule(
        "gateway-endpoint-missing",
        "An interface endpoint has names for the sites alone, and its VPC no gateway endpoint for hosts.",
        "AWS refuses private_dns_only_for_inbound_resolver_endpoint without a gateway endpoint for the service.",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html",
    ),
    ProofRule(
        "dns-firewall-blocks-estate-names",
        "A DNS firewall blocks names that an endpoint, a private zone or a forward rule of its VPC is for.",
        "The firewall filters each query before anything answers it: the endpoint, zone or rule is never asked.",
        ROUTE_53 + "resolver-dns-firewall-overview.html",
    ),
    ProofRule(
        "single-address-resolver-endpoint",
        "A Resolver endpoint has one address.",
        "AWS takes two at the least, for one of them may go.",
        ROUTE_53 + "resolver-choose-vpc.html",
    ),
    ProofRule(
        "invalid-forward-target",
        "A Resolver rule asks more DNS servers than AWS takes.",
        "A rule takes six targets.",
        ROUTE_53 + "resolver-rules-managing.html",
    ),
    ProofRule(
        "duplicate-customer-gateway-address",
        "Two customer gateways have one address, ASN and device name.",
        "AWS returns the one that is there, so that two resources own it.",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html",
    ),
    ProofRule(
        "invalid-customer-gateway-asn",
        "A customer gateway has an ASN that AWS or the standards reserve.",
        "AWS refuses it.",
        VPN + "cgw-options.html",
    ),
    ProofRule(
        "equal-bgp-asns",
        "Both sides of a VPN connection with BGP have one ASN.",
        "BGP between equal ASNs is internal BGP, which a VPN does not speak.",
        VPN + "cgw-options.html",
    ),
    ProofRule(
        "invalid-hub-asn",
        "A transit gateway's ASN is not private.",
        "The Amazon side takes 64512 to 65534 and 4200000000 to 4294967294.",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html",
    ),
    ProofRule(
        "invalid-hub-cidr",
        "A transit gateway's CIDR block is too small, or link-local.",
        "AWS takes /24 (IPv6: /64) or larger, and nothing of 169.254.0.0/16.",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html",
    ),
    ProofRule(
        "invalid-vpc-size",
        "A range of a VPC is larger than /16 or smaller than /28.",
        "AWS refuses it.",
        VPC + "vpc-cidr-blocks.html",
    ),
    ProofRule(
        "invalid-subnet-size",
        "A subnet is larger than /16 or smaller than /28.",
        "AWS refuses it.",
        VPC + "subnet-sizing.html",
    ),
    ProofRule(
        "cidr-overlap",
        "A secondary range of a VPC overlaps its first one.",
        "AWS refuses it: the ranges of a VPC lie apart.",
        VPC + "vpc-cidr-blocks.html",
    ),
    ProofRule(
        "incompatible-secondary-cidr",
        "A secondary range may not be added to a VPC of such ranges.",
        "AWS lets no other private space, and nothing of 198.19.0.0/16, into a VPC, and nothing of 10.0.0.0/16 beside "
        "10.0.0.0/15.",
        VPC + "vpc-cidr-blocks.html#add-cidr-block-restrictions",
    ),
    ProofRule(
        "too-many-hub-cidrs",
        "A transit gateway has more than five CIDR blocks.",
        "AWS takes five, and does not raise that.",
        TGW + "transit-gateway-quotas.html",
    ),
    ProofRule(
        "zone-not-in-region",
        "A subnet is in a zone that its Region does not have.",
        "AWS refuses it.",
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html",
    ),
    ProofRule(
        "invalid-gateway-endpoint",
        "A gateway endpoint is for a service that has interface endpoints only.",
        "Terraform makes a gateway endpoint where vpc_endpoint_type is not written, and AWS refuses it.",
        VPC.replace("userguide", "privatelink") + "gateway-endpoints.html",
    ),
    ProofRule(
        "endpoint-name-conflict",
        "A Resolver rule forwards names of an interface endpoint in a VPC that it is associated with.",
        "Of one name the rule wins over the endpoint, which is paid for and never asked.",
        ROUTE_53 + "resolver-overview-forward-vpc-to-network-domain-name-matches.html",
    ),
    ProofRule(
        "endpoint-subnet-too-small",
        "A subnet has fewer addresses than endpoints, gateways, attachments and hosts are put there.",
        "Each takes an address of the subnet, and AWS keeps five.",
        VPC + "subnet-sizing.html",
    ),
    ProofRule(
        "invalid-endpoint-policy",
        "An endpoint policy is no JSON object, or too long.",
        "AWS takes policies in JSON, of 20,480 characters at most.",
        VPC.replace("userguide", "privatelink") + "vpc-endpoints-access.html",
    ),
    ProofRule(
        "invalid-customer-gateway-address",
        "A VPN connection over the internet meets a customer gateway at an address that is not public.",
        "AWS meets the device on the internet. A private address is right for a private IP VPN over Direct Connect.",
        VPN + "cgw-options.html",
    ),
    ProofRule(
        "invalid-certificate-arn",
        "A customer gateway's certificate is none, or of another Region.",
        "It is one of AWS Certificate Manager, in the Region of the customer gateway.",
        VPN + "vpn-tunnel-authentication-options.html",
    ),
    ProofRule(
        "tunnel-start-without-address",
        "AWS is to start a tunnel to a customer gateway without an address.",
        "Where AWS knows no address, the customer gateway has to start.",
        VPN + "initiate-vpn-tunnels.html",
    ),
    ProofRule(
        "accelerated-large-tunnels",
        "A VPN connection has large tunnels and acceleration.",
        "AWS makes no accelerated connection of large tunnels.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "acceleration-not-available",
        "A VPN connection is accelerated in a Region of China or GovCloud.",
        "These Regions have no AWS Global Accelerator.",
        VPN + "accelerated-vpn.html",
    ),
    ProofRule(
        "invalid-inside-cidr",
        "A tunnel's inside CIDR is no /30 of 169.254.0.0/16.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "reserved-inside-cidr",
        "A tunnel's inside CIDR is one that AWS keeps for itself.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "invalid-tunnel-option",
        "A timer, a size or an action of a tunnel is none that AWS takes.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "conflicting-tunnel-lifetimes",
        "A tunnel's lifetimes and rekey margin contradict each other.",
        "AWS wants phase 2 to end before phase 1, and to be renewed in its second half.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "invalid-tunnel-algorithm",
        "A tunnel proposes an algorithm that AWS does not know.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "invalid-suricata-rule",
        "A rule of a firewall rule group is none as Network Firewall takes it, or has no sid.",
        "Rules start with pass, drop, reject or alert, and each has a sid: AWS refuses the rule group.",
        FIREWALL + "suricata-limitations-caveats.html",
    ),
    ProofRule(
        "suricata-rule-too-long",
        "A rule of a firewall rule group has more than 8,192 characters.",
        "AWS refuses the rule group.",
        FIREWALL + "quotas.html",
    ),
    ProofRule(
        "duplicate-sid",
        "Two rules of one rule group have one sid.",
        "AWS refuses the rule group.",
        FIREWALL + "firewall-policy-v2-sid-uniqueness.html",
    ),
    ProofRule(
        "rule-group-capacity-exceeded",
        "A rule group needs more capacity than it reserves, or the groups of a policy more than a policy has.",
        "The capacity is reserved when the group is made, and cannot be changed.",
        FIREWALL + "nwfw-rule-group-capacity.html",
    ),
    ProofRule(
        "too-many-rule-groups",
        "A firewall policy has more stateful rule groups than AWS takes.",
        "A policy takes 20, and AWS does not raise that.",
        FIREWALL + "quotas.html",
    ),
    ProofRule(
        "invalid-rule-group-priority",
        "Two rule groups of a policy in strict order have one priority, or one is out of range.",
        "In strict order each rule group has its own place, 1 to 65535.",
        FIREWALL + "suricata-rule-evaluation-order.html",
    ),
    ProofRule(
        "invalid-managed-rule-group",
        "A policy refers to an AWS managed rule group for another rule order.",
        "AWS has its groups twice, for each order; a policy takes those of its own.",
        FIREWALL + "nwfw-managed-rule-groups.html",
    ),
)

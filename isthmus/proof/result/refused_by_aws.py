"""Configurations that Terraform accepts and AWS refuses. The language's rule for the same has the same id."""

from __future__ import annotations

from isthmus.proof.result.rule import FIREWALL, ROUTE_53, TGW, VPC, VPN, ProofRule

REFUSALS = (
    ProofRule(
        "dns-forwarding-loop",
        "A Resolver rule forwards to the inbound endpoint of a VPC that the rule is associated with.",
        "The query returns to the Resolver that sent it. AWS refuses the association (RSLVR-00804).",
        ROUTE_53 + "best-practices-resolver-endpoints.html",
    ),
    ProofRule(
        "duplicate-domain",
        "Two zones, two rules, or an endpoint's private DNS names and a zone, have the same domain in one VPC.",
        "AWS refuses the second association during apply.",
        ROUTE_53 + "hosted-zone-private-considerations.html",
    ),
    ProofRule(
        "duplicate-endpoint-service",
        "Two interface endpoints of one VPC have private DNS names for the same service.",
        "Both need the same domain, and AWS refuses the second one.",
        VPC.replace("userguide", "privatelink") + "manage-dns-names.html",
    ),
    ProofRule(
        "gateway-endpoint-missing",
        "An interface endpoint has private DNS names for inbound Resolver endpoints only, and its VPC has no gateway "
        "endpoint.",
        "AWS refuses private_dns_only_for_inbound_resolver_endpoint without a gateway endpoint for the service.",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html",
    ),
    ProofRule(
        "dns-firewall-blocks-estate-names",
        "A DNS firewall blocks names of an endpoint, a private hosted zone or a forward rule of its VPC.",
        "The DNS firewall evaluates each query before anything answers it, so the endpoint, zone or rule is never "
        "used.",
        ROUTE_53 + "resolver-dns-firewall-overview.html",
    ),
    ProofRule(
        "single-address-resolver-endpoint",
        "A Resolver endpoint has one IP address.",
        "AWS requires at least two, so that one can fail.",
        ROUTE_53 + "resolver-choose-vpc.html",
    ),
    ProofRule(
        "invalid-forward-target",
        "A Resolver rule forwards to more DNS servers than AWS allows.",
        "A rule has at most six targets.",
        ROUTE_53 + "resolver-rules-managing.html",
    ),
    ProofRule(
        "duplicate-customer-gateway-address",
        "Two customer gateways have the same address, ASN and device name.",
        "AWS returns the existing customer gateway, so that two Terraform resources manage it.",
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
        "Both sides of a VPN connection with BGP have the same ASN.",
        "Equal ASNs make it an internal BGP session, which Site-to-Site VPN does not support.",
        VPN + "cgw-options.html",
    ),
    ProofRule(
        "invalid-hub-asn",
        "The ASN of a transit gateway is not private.",
        "AWS allows 64512 to 65534 and 4200000000 to 4294967294.",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html",
    ),
    ProofRule(
        "invalid-hub-cidr",
        "The CIDR block of a transit gateway is too small, or link-local.",
        "AWS requires /24 or larger (IPv6: /64 or larger), outside 169.254.0.0/16.",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html",
    ),
    ProofRule(
        "invalid-vpc-size",
        "A CIDR of a VPC is larger than /16 or smaller than /28.",
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
        "A secondary CIDR of a VPC overlaps its primary CIDR.",
        "AWS refuses it: the CIDRs of a VPC must not overlap.",
        VPC + "vpc-cidr-blocks.html",
    ),
    ProofRule(
        "incompatible-secondary-cidr",
        "A secondary CIDR is not allowed in a VPC with this primary CIDR.",
        "AWS refuses CIDRs of another private range, CIDRs in 198.19.0.0/16, and CIDRs in 10.0.0.0/16 if the VPC has "
        "one in 10.0.0.0/15.",
        VPC + "vpc-cidr-blocks.html#add-cidr-block-restrictions",
    ),
    ProofRule(
        "too-many-hub-cidrs",
        "A transit gateway has more than five CIDR blocks.",
        "AWS allows five, and does not raise this quota.",
        TGW + "transit-gateway-quotas.html",
    ),
    ProofRule(
        "zone-not-in-region",
        "A subnet is in an Availability Zone that its Region does not have.",
        "AWS refuses it.",
        "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html",
    ),
    ProofRule(
        "invalid-gateway-endpoint",
        "A gateway endpoint is for a service that supports only interface endpoints.",
        "Without vpc_endpoint_type Terraform creates a gateway endpoint, and AWS refuses it.",
        VPC.replace("userguide", "privatelink") + "gateway-endpoints.html",
    ),
    ProofRule(
        "endpoint-name-conflict",
        "A Resolver rule forwards the names of an interface endpoint in a VPC that the rule is associated with.",
        "The Resolver rule wins over the endpoint, which costs money and is never used.",
        ROUTE_53 + "resolver-overview-forward-vpc-to-network-domain-name-matches.html",
    ),
    ProofRule(
        "endpoint-subnet-too-small",
        "A subnet has fewer addresses than its endpoints, gateways, attachments and hosts need.",
        "Each of them needs an address of the subnet, and AWS reserves five.",
        VPC + "subnet-sizing.html",
    ),
    ProofRule(
        "invalid-endpoint-policy",
        "An endpoint policy is not a JSON object, or is too long.",
        "AWS requires a policy in JSON with at most 20,480 characters.",
        VPC.replace("userguide", "privatelink") + "vpc-endpoints-access.html",
    ),
    ProofRule(
        "invalid-customer-gateway-address",
        "A VPN connection over the internet has a customer gateway with an address that is not public.",
        "AWS reaches the device over the internet. A private address is valid only for a private IP VPN over Direct "
        "Connect.",
        VPN + "cgw-options.html",
    ),
    ProofRule(
        "invalid-certificate-arn",
        "The certificate of a customer gateway is not an ACM certificate, or is in another Region.",
        "It is a certificate of AWS Certificate Manager in the Region of the customer gateway.",
        VPN + "vpn-tunnel-authentication-options.html",
    ),
    ProofRule(
        "tunnel-start-without-address",
        "AWS has to start a tunnel to a customer gateway without an address.",
        "Without an address the customer gateway device has to start the tunnel.",
        VPN + "initiate-vpn-tunnels.html",
    ),
    ProofRule(
        "accelerated-large-tunnels",
        "A VPN connection has large tunnels and acceleration.",
        "AWS does not support acceleration with large tunnels.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "acceleration-not-available",
        "A VPN connection has acceleration in a Region of China or GovCloud.",
        "These Regions do not support accelerated VPN connections.",
        VPN + "accelerated-vpn.html",
    ),
    ProofRule(
        "invalid-inside-cidr",
        "The inside CIDR of a tunnel is not a /30 in 169.254.0.0/16.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "reserved-inside-cidr",
        "The inside CIDR of a tunnel is one that AWS reserves.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "invalid-tunnel-option",
        "A timer, size or action of a tunnel has a value that AWS does not allow.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "conflicting-tunnel-lifetimes",
        "The lifetimes and the rekey margin of a tunnel contradict each other.",
        "Phase 2 must end before phase 1, and the rekey margin must be at most half of the phase 2 lifetime.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "invalid-tunnel-algorithm",
        "A tunnel proposes an algorithm that AWS does not support.",
        "AWS refuses it.",
        VPN + "VPNTunnels.html",
    ),
    ProofRule(
        "invalid-suricata-rule",
        "A rule of a firewall rule group is not a valid Network Firewall rule, or has no sid.",
        "A rule starts with pass, drop, reject or alert, and has a sid. Otherwise AWS refuses the rule group.",
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
        "Two rules of a rule group have the same sid.",
        "AWS refuses the rule group.",
        FIREWALL + "firewall-policy-v2-sid-uniqueness.html",
    ),
    ProofRule(
        "rule-group-capacity-exceeded",
        "A rule group needs more capacity than it reserves, or the rule groups of a policy need more than a policy "
        "has.",
        "The capacity is reserved when the rule group is created, and cannot be changed.",
        FIREWALL + "nwfw-rule-group-capacity.html",
    ),
    ProofRule(
        "too-many-rule-groups",
        "A firewall policy has more stateful rule groups than AWS allows.",
        "A policy has at most 20, and AWS does not raise this quota.",
        FIREWALL + "quotas.html",
    ),
    ProofRule(
        "invalid-rule-group-priority",
        "Two rule groups of a policy in strict order have the same priority, or a priority is out of range.",
        "In strict order each rule group has its own priority, 1 to 65535.",
        FIREWALL + "suricata-rule-evaluation-order.html",
    ),
    ProofRule(
        "invalid-managed-rule-group",
        "A policy refers to an AWS managed rule group for another rule order.",
        "AWS provides each managed rule group in two versions, one for each rule order.",
        FIREWALL + "nwfw-managed-rule-groups.html",
    ),
)

"""docs/reference/language-in-terraform.md: where a rule of the language is found in other Terraform, and why not.

`python -m tests.docs.in_terraform` writes it again.
"""

from __future__ import annotations

from isthmus.intent.checks import RULES
from isthmus.proof import CATALOGUE
from tests.docs.readme import PROJECT

PAGE = PROJECT / "docs/reference/language-in-terraform.md"
HEAD = """# Rules of the language in other Terraform

The language refuses some faults before anything is generated. Terraform that you did not generate may have the same
faults. This table shows, for each rule of [the language](language.md), what finds the fault there: a
[rule of the proof](proof-rules.md) (`isthmus prove`) or a [policy](policies.md) (`isthmus scan`). If nothing finds it,
the table gives the reason. A value that is unknown is not a violation.

| rule | in Terraform |
|---|---|
"""

_INTENT = "about the intent of an estate, which Terraform does not hold"
_NAMES = "about names from which the language derives other names"
_ORGANIZATION = "about accounts and organizational units, which the Terraform of a network does not name"
_TERRAFORM = "the provider refuses it in a plan"
_FLOWS = "the flows show it"
_STATIC = "not a fault: flows use the static route; with Direct Connect, a note says so"
_OPTION = "an option of the generator"

# By rule: how it is found, in code of the proof's rules and policies; or one of the reasons above.
ELSEWHERE: dict[str, str] = {
    **dict.fromkeys(
        (
            *(
                "duplicate-name",
                "invalid-name",
                "name-too-long",
                "join-role-name-too-long",
                "reserved-name",
                "invalid-name-tag",
            ),
            *(
                "ambiguous-principal",
                "duplicate-route-table-name",
                "ambiguous-derived-name",
                "duplicate-log-group",
                "invalid-vpn-number",
            ),
            *("duplicate-vpn-number", "unknown-pinned-subnet", "subnet-space-exhausted"),
        ),
        _NAMES,
    ),
    **dict.fromkeys(
        (
            *(
                "invalid-account-id",
                "duplicate-account-id",
                "invalid-organization-arn",
                "invalid-organizational-unit-arn",
                "invalid-deployment-role",
                "invalid-deployer",
            ),
            *("deployers-missing", "hub-not-shared"),
        ),
        _ORGANIZATION,
    ),
    **dict.fromkeys(
        (
            *("block-overlap", "block-not-private", "spoke-outside-blocks", "spoke-cidr-equals-block"),
            *(
                "segment-self-reference",
                "site-self-transit",
                "egress-not-allowed-by-segment",
                "central-egress-without-vpc",
            ),
            *(
                "multiple-egress-vpcs",
                "egress-vpc-outside-blocks",
                "egress-vpc-too-small",
                "egress-vpc-zone-missing",
                "endpoint-service-mismatch",
                "invalid-nat-zones",
            ),
            *("segment-block-outside-estate", "segment-block-overlap", "spoke-outside-segment-blocks"),
            *("inspection-without-blocks", "inspection-bypass", "inspection-with-vpn", "domain-list-without-blocks"),
            *("ambiguous-inspection", "inspection-without-site-networks", "inspected-default-route"),
            *(
                "site-network-not-reachable",
                "network-not-advertised",
                "advertised-prefix-in-block",
                "transit-with-default-route",
            ),
            *(
                "advertised-prefix-in-denied-network",
                "advertised-prefix-without-bgp",
                "not-exactly-one-hub",
                "vpn-outside-hub-environment",
            ),
            *(
                "allowed-connection-unknown-location",
                "allowed-connection-invalid-ports",
                "duplicate-allowed-connection",
                "allowed-connection-between-sites",
                "allowed-connection-not-reachable",
            ),
            *(
                "allowed-connection-without-blocks",
                "dns-port-not-allowed",
                "dns-spoke-in-other-environment",
                "dns-in-later-environment",
                "inbound-endpoint-unused",
            ),
            *(
                "central-endpoints-without-dns",
                "s3-endpoint-conflict",
                "dns-server-outside-site",
                "invalid-dns-firewall-domains",
                "invalid-quota",
            ),
        ),
        _INTENT,
    ),
    **dict.fromkeys(
        (
            *(
                "observability-without-resources",
                "invalid-alarm-target",
                "alarm-topic-in-other-region",
                "invalid-tunnel-alarm-period",
                "invalid-firewall-alarm-threshold",
            ),
            "invalid-site-coordinates",
            *(
                "unknown-platform",
                "invalid-former-name",
                "was-equals-name",
                "was-in-use",
                "unsupported-by-platform",
                "network-manager-not-available",
                "invalid-existing-hub",
                "invalid-state-bucket",
                "invalid-hcp-terraform-name",
                "dns-not-available",
                "trust-policy-too-long",
                "existing-hub-with-cidr-blocks",
            ),
            *("role-policy-too-long", "too-many-site-alarms", "too-many-dashboard-metrics"),
        ),
        _OPTION,
    ),
    **dict.fromkeys(
        (
            "invalid-device-name",
            "unknown-platform",
            "unsupported-by-platform",
            "invalid-log-retention",
            "unknown-region",
            "firewall-policy-mismatch",
        ),
        _TERRAFORM,
    ),
    **dict.fromkeys(
        (
            *("direct-connect-outside-hub-environment", "virtual-interface-missing", "direct-connect-to-two-sites"),
            *("allowed-prefix-outside-blocks", "backup-in-other-segment", "invalid-location", "macsec-not-available"),
        ),
        _INTENT,
    ),
    **dict.fromkeys(("virtual-interface-source", "invalid-vlan", "invalid-mtu"), _TERRAFORM),
    "invalid-direct-connect-asn": "AWS refuses the association; the proof evaluates the routes that it would have",
    "accounts-without-organization": _ORGANIZATION,
    **dict.fromkeys(
        (
            *("unknown-translated-network", "translated-size-differs", "unusable-non-routable-range"),
            *("ambiguous-non-routable-range", "non-routable-site-range-reached", "block-in-non-routable-site-range"),
            "non-routable-range-advertised",
        ),
        "about the translation by a site's device, which Terraform does not hold",
    ),
    "invalid-aws-provider": "Terraform finds no version of the provider in `terraform init`",
    "non-routable-range-reached": "`overlapping-vpcs`, or the flows show it",
    "non-routable-range-not-private": _INTENT,
    "block-in-non-routable-range": "`non-routable-range-routed`",
    "published-without-routable-cidr": _INTENT,
    "invalid-published-port": _TERRAFORM,
    "published-without-targets": "`published-service-differs`",
    "published-target-outside-subnets": "`published-target-unreachable`, or an unknown result",
    "too-many-published-services": "AWS refuses the listener; the proof evaluates the flows that it would have",
    "too-many-published-clients": "`quota-exceeded`",
    "published-to-no-location": _INTENT,
    "shared-services-translated": _FLOWS,
    "static-routes-not-allowed": _ORGANIZATION,
    "spoke-not-in-allowed-prefixes": _FLOWS,
    "too-many-allowed-prefixes": "`quota-exceeded`",
    "too-many-prefixes-over-direct-connect": "`quota-exceeded`",
    "static-vpn-with-direct-connect": _STATIC,
    "transit-between-direct-connects": "AWS documents no traffic between two Direct Connect gateways; not evaluated",
    "duplicate-vlan": "AWS refuses the second virtual interface; a session is assumed to be up",
    "invalid-peer-addresses": "a BGP session is assumed to be up",
    "duplicate-peer-address": "a BGP session is assumed to be up",
    "virtual-interface-asn-too-large": _TERRAFORM,
    "equal-transit-asns": "flows between sites of one ASN are unknown; without such flows, one ASN is no fault",
    "invalid-tag": "about every resource; it changes no flow",
    "unknown-reference": "`undeclared-reference`",
    "zones-missing": "`zone-not-covered`, or the flows show it",
    "duplicate-zone": "`two-attachment-subnets`, `duplicate-zone-subnet`",
    "invalid-cidr": "a value that is not a CIDR block is unknown",
    "cidr-not-canonical": "AWS clears host bits, and so does the proof",
    "invalid-pinned-subnet-size": "`invalid-subnet-size`",
    "pinned-subnet-outside-vpc": "`subnet-outside-vpc`",
    "subnet-overlap": "`overlapping-subnets`",
    "cidr-overlap": "`cidr-overlap`, `overlapping-vpcs`",
    "inspection-without-firewall": f"{_FLOWS}: without a known policy, the flows are unknown",
    "invalid-firewall-variable": "a rule with an unknown variable makes flows unknown",
    "invalid-firewall-domain": "AWS does not document in full which names it refuses in a list",
    "default-route-missing": _FLOWS,
    "static-default-with-many-connections": "`redundancy-missing` with an intent; a failure takes the flows",
    "duplicate-static-default": "`duplicate-route`",
    "static-and-advertised-default": _STATIC,
    "static-and-bgp-routing": _STATIC,
    "duplicate-static-connection": "`duplicate-route`",
    "static-connection-without-routes": "CKV_ISTHMUS_24; `one-way-flow`",
    "ecmp-asn-mismatch": "not a fault: connections with different ASNs do not share traffic, and each can carry it",
    "advertised-prefix-overlap": "`overlapping-advertisement`",
    "too-many-advertised-prefixes": "`quota-exceeded`",
    "duplicate-advertised-prefix": "a prefix that `--advertises` repeats counts once",
    "unidentified-customer-gateway": "CKV_ISTHMUS_28; unknown, because AWS requires one of them",
    "duplicate-inside-cidr": "`duplicate-inside-cidr`",
    "weak-algorithm": "CKV_ISTHMUS_16, CKV_ISTHMUS_17, CKV_ISTHMUS_18, CKV_ISTHMUS_19",
    "invalid-algorithms-reason": "CKV_ISTHMUS_18, CKV_ISTHMUS_19: a weaker algorithm without a reason",
    "conflicting-tunnel-lifetimes": "`conflicting-tunnel-lifetimes`; CKV_ISTHMUS_26",
    "invalid-inside-cidr": "`invalid-inside-cidr`; CKV_ISTHMUS_27",
    "reserved-inside-cidr": "`reserved-inside-cidr`; CKV_ISTHMUS_27",
    **dict.fromkeys(
        ("private-vpn-to-other-site", "private-vpn-at-other-device", "prefixes-of-private-vpn", "mixed-private-vpn"),
        "not a fault: AWS permits encrypted and other packets over one gateway; the flows show both",
    ),
    **dict.fromkeys(
        ("private-vpn-without-hub-cidr", "invalid-private-vpn-address", "accelerated-private-vpn"),
        "AWS documents no such connection; the proof evaluates the routes that it would have",
    ),
    "invalid-customer-gateway-address": "`invalid-customer-gateway-address`; CKV_ISTHMUS_28",
    "invalid-customer-gateway-asn": "`invalid-customer-gateway-asn`; CKV_ISTHMUS_28",
    "multiple-hybrid-dns": "`resource-used-twice`: a VPC takes one Profile",
    "invalid-domain": "a name that no query asks for has no effect",
    "dns-server-not-reachable": "with an intent `dns-path-blocked`; `isthmus trace --name` otherwise",
    "dns-server-outside-subnets": "with an intent `dns-path-blocked`",
    "invalid-endpoint-service": "the names of an unknown service are unknown",
    "unknown-endpoint-service": "the names of an unknown service are unknown",
    "too-many-vpc-cidrs": "`quota-exceeded`",
    "too-many-network-acl-rules": "`quota-exceeded`",
    "too-many-vpc-routes": "`quota-exceeded`",
    "too-many-route-tables": "`quota-exceeded`",
    "too-many-transit-gateway-routes": "`quota-exceeded`",
    "too-many-vpcs": "`quota-exceeded`; without an intent a note",
    "too-many-elastic-ips": "`quota-exceeded`, for NAT gateways; without an intent a note",
    "too-many-nat-gateways": "`quota-exceeded`; without an intent a note",
    "too-many-dns-vpcs": "`quota-exceeded`",
    "too-many-gateway-endpoints": "`quota-exceeded`",
    "too-many-security-group-rules": "`quota-exceeded`",
    "too-many-vpn-connections": "`quota-exceeded`",
    "too-many-customer-gateways": "`quota-exceeded`",
}


def found(rule: str) -> str:
    """Where a rule of the language is found; by default the rule of the proof of the same id."""
    return ELSEWHERE.get(rule) or (f"`{rule}`" if rule in CATALOGUE else "")


def page() -> str:
    return HEAD + "".join(f"| `{rule.id}` | {found(rule.id)} |\n" for rule in RULES)


if __name__ == "__main__":
    PAGE.write_text(page())

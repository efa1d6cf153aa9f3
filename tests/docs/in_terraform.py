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
            *("duplicate-name", "name-form", "name-length", "join-role-length", "reserved-name", "pinned-name"),
            *(
                "ambiguous-principal",
                "route-table-name-twice",
                "ambiguous-derived-name",
                "log-group-twice",
                "vpn-number",
            ),
            *("vpn-number-twice", "pinned-subnet-name", "no-room-for-subnets"),
        ),
        _NAMES,
    ),
    **dict.fromkeys(
        (
            *("account-id", "account-id-twice", "organization-arn", "unit-arn", "deployment-role", "deployer"),
            *("deployers-missing", "account-not-shared-with"),
        ),
        _ORGANIZATION,
    ),
    **dict.fromkeys(
        (
            *("block-overlap", "block-not-private", "spoke-outside-blocks", "spoke-is-block"),
            *("segment-reaches-itself", "site-transit-with-itself", "egress-not-allowed", "no-egress-vpc"),
            *("egress-vpc-count", "egress-vpc-outside-blocks", "egress-vpc-size", "egress-vpc-zones", "nat-zones"),
            *("segment-block-outside-blocks", "segment-block-overlap", "spoke-outside-segment"),
            *("inspected-without-blocks", "inspected-and-reachable", "inspected-with-vpn", "domain-list-segment"),
            *("site-network-not-reachable", "network-not-advertised", "advertised-prefix-in-block", "transit-default"),
            *("advertised-prefix-in-denied-network", "advertised-without-bgp", "hub-count", "vpn-beside-hub"),
            *(
                "allowed-connection-unknown",
                "allowed-connection-ports",
                "allowed-connection-twice",
                "allowed-connection-between-sites",
                "allowed-connection-not-reachable",
            ),
            *(
                "allowed-connection-without-blocks",
                "allowed-connection-without-dns",
                "dns-spoke",
                "dns-after-hub",
                "inbound-endpoint-unused",
            ),
            *("endpoints-without-dns", "s3-endpoint-twice", "dns-server", "dns-firewall", "quota"),
        ),
        _INTENT,
    ),
    **dict.fromkeys(
        (
            *("nothing-to-observe", "alarm-target", "alarm-target-region", "tunnel-down-for", "firewall-drops-above"),
            "site-coordinates",
            *("network-manager-partition", "state-bucket", "hcp-name", "dns-partition", "trust-policy-size"),
            *("role-policy-size", "site-alarm-size", "dashboard-size"),
        ),
        _OPTION,
    ),
    **dict.fromkeys(("device-name", "log-retention", "region", "firewall-policy"), _TERRAFORM),
    "transit-asn": "flows between sites of one ASN are unknown; without such flows, one ASN is no fault",
    "tag-form": "about every resource; it changes no flow",
    "unknown-reference": "`undeclared-reference`",
    "no-zones": "`zone-not-covered`, or the flows show it",
    "zone-twice": "`two-attachment-subnets`, `duplicate-zone-subnet`",
    "cidr-form": "a value that is not a CIDR block is unknown",
    "cidr-not-canonical": "AWS clears host bits, and so does the proof",
    "pinned-subnet-size": "`subnet-size`",
    "pinned-subnet-outside": "`subnet-outside-vpc`",
    "subnet-overlap": "`overlapping-subnets`",
    "cidr-overlap": "`cidr-overlap`, `overlapping-vpcs`",
    "inspected-without-firewall": f"{_FLOWS}: without a known policy, the flows are unknown",
    "firewall-variable": "a rule with an unknown variable makes flows unknown",
    "firewall-domain": "AWS does not document in full which names it refuses in a list",
    "no-default-on-premises": _FLOWS,
    "default-route-needs-bgp": "`not-resilient` with an intent; a failure takes the flows",
    "default-route-twice": "`duplicate-route`",
    "default-route-and-advertised": _STATIC,
    "static-and-bgp": _STATIC,
    "static-twice": "`duplicate-route`",
    "static-without-routes": "CKV_ISTHMUS_24; `one-way-flow`",
    "ecmp-asn": "not a fault: connections with different ASNs do not share traffic, and each can carry it",
    "advertised-prefix-overlap": "`overlapping-advertisement`",
    "advertised-prefix-count": "`quota-exceeded`",
    "advertised-prefix-twice": "a prefix that `--advertises` repeats counts once",
    "customer-gateway-unknown": "CKV_ISTHMUS_28; unknown, because AWS requires one of them",
    "inside-cidr-twice": "`duplicate-inside-cidr`",
    "weak-algorithm": "CKV_ISTHMUS_16, CKV_ISTHMUS_17, CKV_ISTHMUS_18, CKV_ISTHMUS_19",
    "tunnel-lifetimes": "`tunnel-lifetimes`; CKV_ISTHMUS_26",
    "inside-cidr-form": "`inside-cidr-form`; CKV_ISTHMUS_27",
    "inside-cidr-reserved": "`inside-cidr-reserved`; CKV_ISTHMUS_27",
    "customer-gateway-address": "`customer-gateway-address`; CKV_ISTHMUS_28",
    "customer-gateway-asn": "`customer-gateway-asn`; CKV_ISTHMUS_28",
    "dns-twice": "`resource-used-twice`: a VPC takes one Profile",
    "domain-form": "a name that no query asks for has no effect",
    "dns-server-not-reachable": "with an intent `dns-path-blocked`; `isthmus trace --name` otherwise",
    "dns-server-in-no-subnet": "with an intent `dns-path-blocked`",
    "endpoint-service": "the names of an unknown service are unknown",
    "vpc-cidr-count": "`quota-exceeded`",
    "network-acl-rules": "`quota-exceeded`",
    "route-table-size": "`quota-exceeded`",
    "route-table-count": "`quota-exceeded`",
    "transit-gateway-routes": "`quota-exceeded`",
    "vpc-count": "`quota-exceeded`; without an intent a note",
    "elastic-ip-count": "`quota-exceeded`, for NAT gateways; without an intent a note",
    "nat-gateway-count": "`quota-exceeded`; without an intent a note",
    "served-vpcs": "`quota-exceeded`",
    "gateway-endpoint-count": "`quota-exceeded`",
    "security-group-rules": "`quota-exceeded`",
    "vpn-connection-count": "`quota-exceeded`",
    "customer-gateway-count": "`quota-exceeded`",
}


def found(rule: str) -> str:
    """Where a rule of the language is found; by default the rule of the proof of the same id."""
    return ELSEWHERE.get(rule) or (f"`{rule}`" if rule in CATALOGUE else "")


def page() -> str:
    return HEAD + "".join(f"| `{rule.id}` | {found(rule.id)} |\n" for rule in RULES)


if __name__ == "__main__":
    PAGE.write_text(page())

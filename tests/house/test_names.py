"""What files and classes are called: one name, one idea."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping

from .imports import PROJECT, modules

ISTHMUS = modules("isthmus")

# Files of one name in several packages, each with the one subject that they share. A package says what it does with a
# subject (describe, read, look up, check, break in tests, print); the file says which subject.
SUBJECTS: Mapping[str, str] = {
    "advertised_prefixes": "prefixes that sites advertise",
    "appliances": "appliances behind Gateway Load Balancers",
    "private_vpn": "VPN connections over Direct Connect",
    "allowed_connections": "connections that the intent allows between segments",
    "cidrs": "CIDRs in the intent",
    "client_ports": "source ports of clients",
    "cost": "the cost estimate: its command and its report",
    "direct_connect": "Direct Connect gateways",
    "dns": "DNS",
    "dns_firewall": "Route 53 Resolver DNS Firewall",
    "egress": "egress of VPCs",
    "endpoints": "VPC endpoints",
    "errors": "the errors of a package",
    "failures": "failures of components",
    "filters": "network ACLs and security groups",
    "findings": "findings: of a proof, of a scan",
    "flows": "flows: checked, and compared between two networks",
    "gateway_endpoints": "gateway endpoints of VPCs",
    "groups": "equivalence classes of locations, and the groups of a drawing",
    "subnets": "subnets",
    "firewall": "AWS Network Firewall in the intent",
    "firewall_policy": "policies of AWS Network Firewall",
    "firewalls": "AWS Network Firewall in Terraform",
    "handover": "hand-over sheets: the command and the report",
    "hub": "the transit gateway",
    "intent_file": "intent.json: written by the intent, read by the proof",
    "load_balancers": "load balancers",
    "markdown": "Markdown: its syntax, and reports in it",
    "model": "the records of a package: of the intent, of the network in AWS",
    "names": "names: of the intent, and in DNS",
    "network": "a whole network: drawn, and as a test sees it",
    "observability": "logs and alarms",
    "organization": "the AWS organization and its accounts",
    "public_access": "VPC Block Public Access",
    "published_services": "published services of spokes",
    "quotas": "AWS quotas",
    "reachability": "reachability: intended, and compared with the Terraform",
    "reading": "reading the input of a command",
    "regions": "AWS Regions",
    "route_tables": "route tables",
    "rule": "a rule that a check belongs to",
    "segments": "segments",
    "services": "AWS services",
    "settings": "settings of the intent that a proof does not need",
    "site": "sites",
    "site_remainder": "the rest of a site network",
    "sizes": "sizes of CIDRs",
    "stateless": "stateless rules of AWS Network Firewall",
    "transit_gateway": "transit gateways",
    "translations": "1:1 translations of the addresses of a site",
    "values": "values of the network: as records, and as read from Terraform",
    "virtual_interfaces": "virtual interfaces of Direct Connect",
    "vpc": "VPCs",
    "vpn": "VPN connections",
    "zones": "Availability Zones",
}

# Classes of one name in several modules, each with the reason.
_BOTH = "the intent describes it, and the network has what Terraform creates for it"
CLASSES: Mapping[str, str] = {
    "CustomerGateway": _BOTH,
    "PrivateZone": _BOTH,
    "Site": _BOTH,
    "Tunnel": _BOTH,
    "VpnConnection": _BOTH,
    "Tier": "the purpose of a subnet: as the intent says, and as its routes show",
    "Block": "what stops a packet; and a block of flows in a comparison",
    "Link": "a VPN connection with what it refers to; and the kind of a line in a drawing",
    "Service": "an AWS service: in the catalog, and as a destination",
}

# Files of more than 400 lines, each with the reason why it is one.
LONG: Mapping[str, str] = {
    "isthmus/network/coverage/modeled.py": "one table: what each argument of each resource type is covered by",
    "isthmus/network/name_lookup.py": "one look-up, along the order in which AWS resolves a name",
    "isthmus/testing/strategies.py": "the public strategies, one module to import from",
    "policies/isthmus_policy.py": "Checkov finds the base of the policies by this one file name",
}
LIMIT = 400


def shared(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names with several owners."""
    owners = defaultdict(set)
    for name, owner in pairs:
        owners[name].add(owner)
    return {name: sorted(found) for name, found in sorted(owners.items()) if len(found) > 1}


def class_names(source: str) -> list[str]:
    """The classes that a module defines at the top."""
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]


def test_no_file_name_has_two_subjects() -> None:
    found = shared((path.stem, name) for name, path in ISTHMUS.items() if path.name != "__init__.py")
    assert {name: owners for name, owners in found.items() if name not in SUBJECTS} == {}


def test_no_class_name_has_two_meanings() -> None:
    found = shared((each, name) for name, path in ISTHMUS.items() for each in class_names(path.read_text("utf-8")))
    assert {name: owners for name, owners in found.items() if name not in CLASSES} == {}


def test_the_proof_has_few_entries() -> None:
    entries = [path for path in (PROJECT / "isthmus/proof").iterdir() if path.name != "__pycache__"]
    assert len(entries) <= 12, sorted(path.name for path in entries)


def lengths(*folders: str) -> dict[str, int]:
    paths = set(modules(*folders).values())
    return {str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines()) for path in paths}


def test_files_are_short() -> None:
    found = lengths("isthmus", "modules", "policies")
    assert {name: lines for name, lines in found.items() if lines > LIMIT and name not in LONG} == {}


def test_a_name_with_two_owners_is_found() -> None:
    assert shared([("a", "x.a"), ("b", "x.b"), ("a", "y.a")]) == {"a": ["x.a", "y.a"]}
    assert class_names("class A: ...\ndef f():\n    class B: ...\n") == ["A"]
    assert shared((each, owner) for owner in "xy" for each in class_names("class A: ...")) == {"A": ["x", "y"]}

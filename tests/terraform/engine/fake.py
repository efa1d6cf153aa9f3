"""Values that AWS might have given, for what only AWS decides. Stable for a serial number, different between two."""

import hashlib
from ipaddress import IPv4Network
from typing import Final

from .bindings import Type

ACCOUNT: Final = "111122223333"
REGION: Final = "us-east-1"

_PREFIXES: Final = {
    "transit_gateway_route_table": "tgw-rtb",
    "transit_gateway_attachment": "tgw-attach",
    "transit_gateway_vpc_attachment": "tgw-attach",
    "transit_gateway_peering_attachment": "tgw-attach",
    "transit_gateway_vpc_attachment_accepter": "tgw-attach",
    "transit_gateway": "tgw",
    "customer_gateway": "cgw",
    "internet_gateway": "igw",
    "nat_gateway": "nat",
    "eip": "eipalloc",
    "allocation": "eipalloc",
    "flow_log": "fl",
    "network_acl": "acl",
    "network_interface": "eni",
    "managed_prefix_list": "pl",
    "prefix_list": "pl",
    "route_table": "rtb",
    "security_group": "sg",
    "subnet": "subnet",
    "vpc_endpoint": "vpce",
    "vpc": "vpc",
    "vpn_connection": "vpn",
    "vpn_gateway": "vgw",
}
"""How AWS's ids begin, by the noun in the Terraform name."""


def value(type_: Type, name: str, kind: str, serial: object) -> object:
    """A value of a Terraform type for the attribute `name` of something of a kind ("aws_vpc").

    Lists, sets and maps are empty, but for a list of objects, of which configurations take the first
    (`dns_entry[0].dns_name`); an object by itself and anything of no fixed type is null.
    """
    if isinstance(type_, list):
        match type_:
            case ["list", ["object", dict() as parts]]:
                return [{part: value(its, part, kind, serial) for part, its in parts.items()}]
        return {} if type_[0] == "map" else None if type_[0] == "object" else []
    match type_:
        case "string":
            return text(name, kind, serial)
        case "number":
            return 64512 if name.endswith("asn") else 0
        case "bool":
            return False
    return None


def address_in(network: IPv4Network, serial: int) -> str:
    """An address of a subnet, of those that AWS does not keep for itself: the first four and the last."""
    return str(network[4 + serial % (network.num_addresses - 5)])


def zone_name(zone_id: object) -> str:
    """The name of the Availability Zone with an id, as one account has it: `us-east-1a` of `use1-az1`."""
    number = zone_id.rpartition("-az")[2] if isinstance(zone_id, str) else ""
    return f"{REGION}{'abcdefghi'[int(number) - 1 if number.isdecimal() else 0]}"


def text(name: str, kind: str, serial: object) -> str:
    """A string for the attribute `name` of something of a kind."""
    noun = kind.removeprefix("data.").removeprefix("aws_").removeprefix("ec2_")
    number = hashlib.sha256(f"{kind} {name} {serial}".encode()).hexdigest()
    if name == "arn" or name.endswith("_arn"):
        return f"arn:aws:{noun.split('_')[0]}:{REGION}:{ACCOUNT}:{noun}/{number[:17]}"
    if name.endswith(("account_id", "owner_id")):
        return ACCOUNT
    if name == "id" or name.endswith("_id"):
        return f"{_prefix(noun if name == 'id' else name.removesuffix('_id'))}-{number[:17]}"
    if name == "ipv6_cidr_block":
        return f"2600:1f18:{number[:4]}:{number[4:6]}00::/56"
    if name.endswith("_inside_cidr"):
        return f"169.254.{int(number[:2], 16) % 250 + 6}.{int(number[2:4], 16) // 4 * 4}/30"
    if "cidr" in name:
        return f"10.{int(number[:2], 16)}.{int(number[2:4], 16)}.0/24"
    if name.endswith(("address", "_ip")):
        return f"192.0.2.{int(number[:2], 16) % 254 + 1}"
    if name.endswith("asn"):
        return "64512"
    if name in ("policy", "json"):
        return "{}"
    return f"{noun}-{name}-{number[:8]}".replace("_", "-")


def _prefix(noun: str) -> str:
    """How ids begin for a noun, or for the end of a longer name such as `workloads_route_table`."""
    known = (prefix for end, prefix in _PREFIXES.items() if noun == end or noun.endswith(f"_{end}"))
    return next(known, noun.replace("_", "-"))

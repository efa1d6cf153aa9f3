"""Small configurations, and every one of them with one thing less known: an argument, or how many there are of one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value

Asked = Mapping[str, set[str]]
DARK = Unknown("a value that is known after apply")
_REFERENCE = re.compile(r"\$\{(\w+\.\w+)\.(.+)\}")


def graph_of(configuration: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Graph:
    """`resource` blocks in JSON syntax as a graph: arguments are constants or lone references."""
    resources = {}
    for kind, named in configuration.items():
        for name, body in named.items():
            address = f"{kind}.{name}"
            values = {argument: _value(value) for argument, value in body.items()}
            resources[address] = Resource(address, kind, values)
    return Graph(resources)


def _value(raw: Any) -> Value:
    if isinstance(raw, str) and (found := _REFERENCE.fullmatch(raw)):
        return Ref(found[1], found[2])
    if isinstance(raw, list | tuple):
        return tuple(_value(item) for item in raw)
    if isinstance(raw, dict):
        return {key: _value(item) for key, item in raw.items()}
    return raw


class _Heard(dict[str, Value]):
    """Arguments that remember which ones were asked for."""

    def __init__(self, values: Mapping[str, Value], asked: set[str]) -> None:
        super().__init__(values)
        self.asked = asked

    def get(self, key: str, default: Value = None) -> Value:
        self.asked.add(key)
        return super().get(key, default)


def heard(graph: Graph) -> tuple[Graph, Asked]:
    """The graph, and which arguments are asked for by resource type once it has been read."""
    asked: dict[str, set[str]] = defaultdict(set)
    resources = {a: replace(r, values=_Heard(r.values, asked[r.type])) for a, r in graph.resources.items()}
    return replace(graph, resources=resources), asked


def darker(graph: Graph, asked: Asked | None = None) -> Iterator[tuple[str, Graph]]:
    """The graph with one argument unknown, or one resource of unknown number, and which.

    Arguments that are absent are made unknown too, where `asked` says that they matter to some resource of the type.
    """
    for address, resource in graph.resources.items():
        for argument in sorted({*resource.values, *(asked or {}).get(resource.type, ())}):
            for what, value in _darker(resource.values.get(argument)):
                changed = replace(resource, values={**resource.values, argument: value})
                yield f"{address}.{argument}{what}", replace(graph, resources={**graph.resources, address: changed})
        yield f"{address}[?]", _uncounted(graph, address)


def _darker(value: Value) -> Iterator[tuple[str, Value]]:
    yield "", DARK
    if isinstance(value, tuple):
        for at, item in enumerate(value):
            for what, dark in _darker(item):
                yield f"[{at}]{what}", (*value[:at], dark, *value[at + 1 :])
    elif isinstance(value, Mapping):
        for key in value:
            for what, dark in _darker(value[key]):
                yield f".{key}{what}", {**value, key: dark}


def _uncounted(graph: Graph, address: str) -> Graph:
    """The graph without knowing how many there are of one resource: what refers to it refers to an unknown value."""
    lost = Unknown(f"how many {address} there are")

    def blind(value: Value) -> Value:
        if isinstance(value, Ref):
            return lost if value.address == address else value
        if isinstance(value, tuple):
            return tuple(blind(item) for item in value)
        if isinstance(value, Mapping):
            return {key: blind(item) for key, item in value.items()}
        return value

    others = {
        a: replace(r, values={k: blind(v) for k, v in r.values.items()})
        for a, r in graph.resources.items()
        if a != address
    }
    uncounted = replace(graph.resources[address], address=f"{address}[?]")
    return replace(graph, resources=others, unexpanded={**graph.unexpanded, uncounted.address: uncounted})


# --- configurations

_A, _B = "${aws_vpc.a.id}", "${aws_vpc.b.id}"
_T = "${aws_ec2_transit_gateway.t.id}"
_TABLE = "aws_ec2_transit_gateway_route_table"


def _vpc_pair() -> dict[str, dict[str, dict[str, Any]]]:
    """Two VPCs, each with two zones, a table of its own and an open network ACL."""
    made: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for name, net in (("a", "10.1"), ("b", "10.2")):
        made["aws_vpc"][name] = {"cidr_block": f"{net}.0.0/16"}
        made["aws_route_table"][name] = {"vpc_id": f"${{aws_vpc.{name}.id}}"}
        for zone in "12":
            subnet = f"{name}{zone}"
            made["aws_subnet"][subnet] = {
                "vpc_id": f"${{aws_vpc.{name}.id}}",
                "cidr_block": f"{net}.{zone}.0/24",
                "availability_zone": f"us-east-1{'ab'[int(zone) - 1]}",
            }
            made["aws_route_table_association"][subnet] = {
                "subnet_id": f"${{aws_subnet.{subnet}.id}}",
                "route_table_id": f"${{aws_route_table.{name}.id}}",
            }
    return made


def hub() -> Graph:
    """Two attached VPCs and a site over BGP; tables of one's own, a static route, a blackhole and a prefix list."""
    made = _vpc_pair()
    made["aws_ec2_transit_gateway"]["t"] = {
        "default_route_table_association": "disable",
        "default_route_table_propagation": "disable",
        "vpn_ecmp_support": "enable",
    }
    made["aws_ec2_managed_prefix_list"]["inside"] = {
        "max_entries": 3,
        "address_family": "IPv4",
        "name": "inside",
        "entry": [{"cidr": "10.0.0.0/8"}],
    }
    made["aws_ec2_managed_prefix_list_entry"]["site"] = {
        "prefix_list_id": "${aws_ec2_managed_prefix_list.inside.id}",
        "cidr": "172.16.0.0/12",
    }
    made["aws_customer_gateway"]["dc"] = {"bgp_asn": 65010, "ip_address": "203.0.113.9", "type": "ipsec.1"}
    made["aws_vpn_connection"]["dc"] = {
        "customer_gateway_id": "${aws_customer_gateway.dc.id}",
        "transit_gateway_id": _T,
        "type": "ipsec.1",
    }
    for name in "ab":
        made["aws_ec2_transit_gateway_vpc_attachment"][name] = {
            "vpc_id": f"${{aws_vpc.{name}.id}}",
            "transit_gateway_id": _T,
            "subnet_ids": [f"${{aws_subnet.{name}1.id}}", f"${{aws_subnet.{name}2.id}}"],
        }
        made["aws_route"][name] = {
            "route_table_id": f"${{aws_route_table.{name}.id}}",
            "destination_prefix_list_id": "${aws_ec2_managed_prefix_list.inside.id}",
            "transit_gateway_id": _T,
        }
    ends = {
        "a": "${aws_ec2_transit_gateway_vpc_attachment.a.id}",
        "b": "${aws_ec2_transit_gateway_vpc_attachment.b.id}",
        "dc": "${aws_vpn_connection.dc.transit_gateway_attachment_id}",
    }
    for table, members, learns in (("spokes", "ab", ("dc",)), ("sites", ("dc",), ("a", "b"))):
        made[_TABLE][table] = {"transit_gateway_id": _T}
        for member in members:
            made[f"{_TABLE}_association"][member] = {
                "transit_gateway_attachment_id": ends[member],
                "transit_gateway_route_table_id": f"${{{_TABLE}.{table}.id}}",
            }
        for member in learns:
            made[f"{_TABLE}_propagation"][f"{table}_{member}"] = {
                "transit_gateway_attachment_id": ends[member],
                "transit_gateway_route_table_id": f"${{{_TABLE}.{table}.id}}",
            }
    for name, end in (("a", "a"), ("b", "b")):
        made["aws_ec2_transit_gateway_route"][name] = {
            "transit_gateway_route_table_id": f"${{{_TABLE}.spokes.id}}",
            "destination_cidr_block": f"10.{'ab'.index(name) + 1}.0.0/16",
            "transit_gateway_attachment_id": ends[end],
        }
    made["aws_ec2_transit_gateway_route"]["none"] = {
        "transit_gateway_route_table_id": f"${{{_TABLE}.spokes.id}}",
        "destination_cidr_block": "10.0.0.0/8",
        "blackhole": True,
    }
    return graph_of(made)


def defaults() -> Graph:
    """Two VPCs in their main tables, joined by the default table of a transit gateway and by a peering connection."""
    made: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    made["aws_ec2_transit_gateway"]["t"] = {}
    for name, net in (("a", "10.1"), ("b", "10.2"), ("c", "10.3")):
        made["aws_vpc"][name] = {"cidr_block": f"{net}.0.0/16"}
        made["aws_subnet"][name] = {
            "vpc_id": f"${{aws_vpc.{name}.id}}",
            "cidr_block": f"{net}.1.0/24",
            "availability_zone": "us-east-1a",
        }
    for name in "ab":
        made["aws_ec2_transit_gateway_vpc_attachment"][name] = {
            "vpc_id": f"${{aws_vpc.{name}.id}}",
            "transit_gateway_id": _T,
            "subnet_ids": [f"${{aws_subnet.{name}.id}}"],
        }
    made["aws_default_route_table"]["a"] = {
        "default_route_table_id": "${aws_vpc.a.default_route_table_id}",
        "route": [{"cidr_block": "10.2.0.0/16", "transit_gateway_id": _T}],
    }
    made["aws_route"]["b"] = {
        "route_table_id": "${aws_vpc.b.main_route_table_id}",
        "destination_cidr_block": "10.1.0.0/16",
        "transit_gateway_id": _T,
    }
    made["aws_vpc_peering_connection"]["bc"] = {"vpc_id": _B, "peer_vpc_id": "${aws_vpc.c.id}", "auto_accept": True}
    made["aws_route"]["bc"] = {
        "route_table_id": "${aws_vpc.b.main_route_table_id}",
        "destination_cidr_block": "10.3.0.0/16",
        "vpc_peering_connection_id": "${aws_vpc_peering_connection.bc.id}",
    }
    made["aws_route_table"]["c"] = {"vpc_id": "${aws_vpc.c.id}"}
    made["aws_main_route_table_association"]["c"] = {
        "vpc_id": "${aws_vpc.c.id}",
        "route_table_id": "${aws_route_table.c.id}",
    }
    made["aws_route"]["cb"] = {
        "route_table_id": "${aws_route_table.c.id}",
        "destination_cidr_block": "10.2.0.0/16",
        "vpc_peering_connection_id": "${aws_vpc_peering_connection.bc.id}",
    }
    made["aws_default_network_acl"]["c"] = {
        "default_network_acl_id": "${aws_vpc.c.default_network_acl_id}",
        "ingress": [{"rule_no": 100, "protocol": "-1", "action": "allow", "cidr_block": "10.0.0.0/8"}],
        "egress": [{"rule_no": 100, "protocol": "-1", "action": "allow", "cidr_block": "10.0.0.0/8"}],
    }
    return graph_of(made)


def edge() -> Graph:
    """One VPC with every kind of egress path: internet gateway, NAT, virtual private gateway and gateway endpoint."""
    made: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    made["aws_vpc"]["a"] = {"cidr_block": "10.1.0.0/16"}
    made["aws_vpc_ipv4_cidr_block_association"]["a"] = {"vpc_id": _A, "cidr_block": "10.9.0.0/16"}
    for name, cidr in (("public", "10.1.1.0/24"), ("private", "10.9.2.0/24"), ("bare", "10.1.3.0/24")):
        made["aws_subnet"][name] = {"vpc_id": _A, "cidr_block": cidr, "availability_zone": "us-east-1a"}
    made["aws_internet_gateway"]["g"] = {}
    made["aws_internet_gateway_attachment"]["g"] = {
        "internet_gateway_id": "${aws_internet_gateway.g.id}",
        "vpc_id": _A,
    }
    made["aws_vpn_gateway"]["v"] = {"amazon_side_asn": "64700"}
    made["aws_vpn_gateway_attachment"]["v"] = {"vpn_gateway_id": "${aws_vpn_gateway.v.id}", "vpc_id": _A}
    made["aws_eip"]["n"] = {"domain": "vpc"}
    made["aws_nat_gateway"]["n"] = {
        "subnet_id": "${aws_subnet.public.id}",
        "allocation_id": "${aws_eip.n.id}",
        "connectivity_type": "public",
    }
    for name in ("public", "private"):
        made["aws_route_table"][name] = {"vpc_id": _A}
        made["aws_route_table_association"][name] = {
            "subnet_id": f"${{aws_subnet.{name}.id}}",
            "route_table_id": f"${{aws_route_table.{name}.id}}",
        }
    made["aws_route"]["public"] = {
        "route_table_id": "${aws_route_table.public.id}",
        "destination_cidr_block": "0.0.0.0/0",
        "gateway_id": "${aws_internet_gateway.g.id}",
    }
    made["aws_route"]["private"] = {
        "route_table_id": "${aws_route_table.private.id}",
        "destination_cidr_block": "0.0.0.0/0",
        "nat_gateway_id": "${aws_nat_gateway.n.id}",
    }
    made["aws_vpn_gateway_route_propagation"]["private"] = {
        "vpn_gateway_id": "${aws_vpn_gateway.v.id}",
        "route_table_id": "${aws_route_table.private.id}",
    }
    made["aws_customer_gateway"]["dc"] = {"bgp_asn": 65010, "ip_address": "203.0.113.9", "type": "ipsec.1"}
    made["aws_vpn_connection"]["dc"] = {
        "customer_gateway_id": "${aws_customer_gateway.dc.id}",
        "vpn_gateway_id": "${aws_vpn_gateway.v.id}",
        "type": "ipsec.1",
        "static_routes_only": True,
    }
    made["aws_vpn_connection_route"]["dc"] = {
        "vpn_connection_id": "${aws_vpn_connection.dc.id}",
        "destination_cidr_block": "172.20.0.0/16",
    }
    made["aws_vpc_endpoint"]["s3"] = {
        "vpc_id": _A,
        "service_name": "com.amazonaws.us-east-1.s3",
        "vpc_endpoint_type": "Gateway",
    }
    made["aws_vpc_endpoint_route_table_association"]["s3"] = {
        "vpc_endpoint_id": "${aws_vpc_endpoint.s3.id}",
        "route_table_id": "${aws_route_table.private.id}",
    }
    made["aws_network_acl"]["n"] = {"vpc_id": _A, "subnet_ids": ["${aws_subnet.private.id}"]}
    for egress in (False, True):
        made["aws_network_acl_rule"][f"r{int(egress)}"] = {
            "network_acl_id": "${aws_network_acl.n.id}",
            "rule_number": 100,
            "egress": egress,
            "protocol": "-1",
            "rule_action": "allow",
            "cidr_block": "0.0.0.0/0",
        }
    return graph_of(made)


SAMPLES = {"hub": hub, "defaults": defaults, "edge": edge}

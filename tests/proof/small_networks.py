"""Small networks without an intent, made of single resources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from isthmus.proof.analysis import Analysis
from isthmus.proof.reading import subject
from isthmus.terraform.graph import Graph, Ref, Resource

HUB = "aws_ec2_transit_gateway.hub"
CORE = "aws_ec2_transit_gateway_route_table.core"


def made(address: str, **values: Any) -> Resource:
    """A resource by its address."""
    return Resource(address, address.split(".")[0], values)


def ref(address: str, attribute: str = "id") -> Ref:
    """An attribute of a resource."""
    return Ref(address, attribute)


def network(*resources: Resource, **reported: Any) -> Analysis:
    """A network under proof, without an intent. `reported`: what the command line can say."""
    return subject(Graph({r.address: r for r in resources}), **reported)


def vpc(name: str, cidr: str) -> Resource:
    """A VPC."""
    return made(f"aws_vpc.{name}", cidr_block=cidr, tags={"Name": name})


def subnet(vpc: str, name: str, cidr: str, zone: str = "a", **more: Any) -> Resource:
    """A subnet of a VPC, named for both."""
    zone = f"us-east-1{zone}"
    return made(
        f"aws_subnet.{vpc}_{name}", vpc_id=ref(f"aws_vpc.{vpc}"), cidr_block=cidr, availability_zone=zone, **more
    )


def table(vpc: str, name: str, subnets: Iterable[str], **routes: tuple[str, str, str]) -> list[Resource]:
    """A route table of a VPC, associated with subnets. Routes are destination, argument and address of the target."""
    address = f"aws_route_table.{vpc}_{name}"
    return [
        made(address, vpc_id=ref(f"aws_vpc.{vpc}")),
        *(
            made(
                f"aws_route_table_association.{vpc}_{subnet}",
                subnet_id=ref(f"aws_subnet.{vpc}_{subnet}"),
                route_table_id=ref(address),
            )
            for subnet in subnets
        ),
        *(
            made(
                f"aws_route.{vpc}_{name}_{key}",
                route_table_id=ref(address),
                destination_cidr_block=destination,
                **{argument: ref(target)},
            )
            for key, (destination, argument, target) in routes.items()
        ),
    ]


def hub() -> list[Resource]:
    """A transit gateway with one table that everything is associated with and propagates into."""
    return [
        made(HUB, default_route_table_association="disable", default_route_table_propagation="disable"),
        made(CORE, transit_gateway_id=ref(HUB)),
    ]


def attached(vpc: str, *subnets: str) -> list[Resource]:
    """A VPC attached to the hub."""
    address = f"aws_ec2_transit_gateway_vpc_attachment.{vpc}"
    return [
        made(
            address,
            vpc_id=ref(f"aws_vpc.{vpc}"),
            transit_gateway_id=ref(HUB),
            subnet_ids=tuple(ref(f"aws_subnet.{vpc}_{s}") for s in subnets),
        ),
        *in_core(vpc, ref(address)),
    ]


def in_core(name: str, attachment: Ref) -> list[Resource]:
    """An attachment, associated with the hub's table and propagating into it."""
    values = {"transit_gateway_attachment_id": attachment, "transit_gateway_route_table_id": ref(CORE)}
    return [
        made(f"aws_ec2_transit_gateway_route_table_association.{name}", **values),
        made(f"aws_ec2_transit_gateway_route_table_propagation.{name}", **values),
    ]


def spoke(name: str, number: int, *destinations: str) -> list[Resource]:
    """A VPC 10.<number>.0.0/16 at the hub, with one workload subnet whose table has these routes to the hub."""
    return [
        vpc(name, f"10.{number}.0.0/16"),
        subnet(name, "app", f"10.{number}.1.0/24"),
        subnet(name, "hub", f"10.{number}.255.0/28"),
        *table(
            name,
            "app",
            ["app"],
            **{f"r{n}": (cidr, "transit_gateway_id", HUB) for n, cidr in enumerate(destinations)},
        ),
        *attached(name, "hub"),
    ]


def gateway(name: str, ip: str = "203.0.113.1", asn: int = 65010) -> Resource:
    """A customer gateway."""
    return made(f"aws_customer_gateway.{name}", ip_address=ip, bgp_asn=asn, type="ipsec.1")


def vpn(name: str, customer: str, **more: Any) -> Resource:
    """A VPN connection at the hub."""
    where = more if "vpn_gateway_id" in more else {"transit_gateway_id": ref(HUB), **more}
    customer_id = ref(f"aws_customer_gateway.{customer}")
    address = f"aws_vpn_connection.{name}"
    return made(address, customer_gateway_id=customer_id, type="ipsec.1", tags={"Name": name}, **where)


def vpn_in_core(name: str) -> list[Resource]:
    """A VPN connection's attachment, as `in_core`."""
    return in_core(name, ref(f"aws_vpn_connection.{name}", "transit_gateway_attachment_id"))


def by_address(*resources: Resource) -> dict[str, Resource]:
    """Resources by address, to leave some out."""
    return {resource.address: resource for resource in resources}

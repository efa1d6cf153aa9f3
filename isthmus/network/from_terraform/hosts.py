"""Hosts whose addresses Terraform gives, and whether they have a public IPv4 address."""

from __future__ import annotations

from ipaddress import ip_address

from isthmus.network.address_space import Address
from isthmus.network.from_terraform.values import Resolver, single, switch
from isthmus.network.model import Host, Subnet, Unknown
from isthmus.terraform.graph import Resource

_SUBNET = {"aws_subnet": ("id",), "aws_default_subnet": ("id",)}
_ENDS = {
    "aws_eip": {"instance": "aws_instance", "network_interface": "aws_network_interface"},
    "aws_eip_association": {"instance_id": "aws_instance", "network_interface_id": "aws_network_interface"},
}


def hosts(resolver: Resolver, subnets: dict[str, Subnet]) -> dict[str, Host]:
    """Instances and network interfaces.

    An instance gets a public address where it asks for one, or does not say and its subnet assigns one, or where an
    Elastic IP address is associated with it. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html
    """
    elastic = _elastic(resolver)
    made = {}
    for resource in resolver.of_type("aws_instance", "aws_network_interface"):
        subnet = resolver.one(resource, "subnet_id", _SUBNET)
        if subnet is None:
            continue
        public: bool | Unknown = False
        if resource.type == "aws_instance":
            assigned = resource.get("associate_public_ip_address")
            public = switch(assigned, default=False) if assigned is not None else _assigned(subnet, subnets)
            if assigned is None and resource.get("launch_template") is not None:
                # Its network interfaces may ask for an address, or for none:
                # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
                public = Unknown(f"the launch template of {resource.address} says whether it gets a public address")
        if elastic.get(resource.address):
            public = True
        elif public is False and (unknown_reason := elastic.get("")):
            public = Unknown(str(unknown_reason))
        made[resource.address] = Host(resource.address, subnet, tuple(_addresses(resource)), public)
    return made


def _assigned(subnet: str | Unknown, subnets: dict[str, Subnet]) -> bool | Unknown:
    """Whether a subnet assigns public addresses at launch."""
    if isinstance(subnet, Unknown):
        return subnet
    return subnets[subnet].assigns_public if subnet in subnets else Unknown(f"{subnet} is not in this input")


def _elastic(resolver: Resolver) -> dict[str, str | bool]:
    """The hosts that have an Elastic IP address; under "" why any other may have one."""
    found: dict[str, str | bool] = {}
    for resource in resolver.of_type(*_ENDS):
        for argument, type_ in _ENDS[resource.type].items():
            end = resolver.one(resource, argument, single(type_))
            if isinstance(end, Unknown):
                found[""] = f"which host has {resource.address}: {end.reason}"
            elif end is not None:
                found[end] = True
    return found


def _addresses(resource: Resource) -> list[Address]:
    listed = (*_listed(resource.get("private_ips")), *_listed(resource.get("private_ip_list")))
    given = (resource.get("private_ip"), *listed)
    found = []
    for text in given:
        if isinstance(text, str):
            try:
                found.append(ip_address(text))
            except ValueError:
                continue
    return found


def _listed(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()

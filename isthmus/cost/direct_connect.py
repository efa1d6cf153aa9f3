"""Port hours of Direct Connect, and its locations.

AWS charges each hour of a port by its capacity, with or without traffic. A dedicated connection of the intent exists
outside of Terraform, so its capacity is `port_speed` of its virtual interfaces.
https://aws.amazon.com/directconnect/pricing/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isthmus.intent import Estate
from isthmus.proof.analysis import Analysis
from isthmus.terraform.graph import Unknown, Value

# The item of a dedicated port, by `bandwidth` of `aws_dx_connection`.
PORTS: Mapping[str, str] = MappingProxyType(
    {
        "1Gbps": "direct-connect-port-1gbps",
        "10Gbps": "direct-connect-port-10gbps",
        "100Gbps": "direct-connect-port-100gbps",
        "400Gbps": "direct-connect-port-400gbps",
    }
)
OTHER_PORT = "direct-connect-port-other"


def port_item(bandwidth: Value) -> str:
    """The item of a port with this capacity; that of hosted capacities has no price in the sheets of Isthmus."""
    return OTHER_PORT if isinstance(bandwidth, Unknown) else PORTS.get(str(bandwidth), OTHER_PORT)


@dataclass(frozen=True, slots=True)
class ExistingPort:
    """A connection of the intent: its environment, its item, and why the cost of its port is not known, or ""."""

    connection: str
    environment: str
    item: str
    unknown: str = ""


def existing_ports(estate: Estate) -> Iterator[ExistingPort]:
    """The connections of virtual interfaces, each once."""
    seen: set[str] = set()
    for environment in estate.environments:
        interfaces = (interface for gateway in environment.direct_connect for interface in gateway.virtual_interfaces)
        for interface in sorted(interfaces, key=lambda one: (one.port_speed is None, one.name)):
            name = interface.connection or interface.hosted or interface.name
            if name in seen:
                continue
            seen.add(name)
            unknown = ""
            if interface.hosted is not None:
                unknown = "the partner charges for a hosted virtual interface"
            elif name.startswith("dxlag-"):
                unknown = "the number of its connections is not in the intent"
            elif interface.port_speed is None:
                unknown = "the intent states no port_speed"
            yield ExistingPort(name, environment.name, port_item(interface.port_speed), unknown)


def locations(subject: Analysis) -> frozenset[str]:
    """The codes of the Direct Connect locations: those of the intent, and of connections in Terraform.

    Empty if one of them is not known. A virtual interface of Terraform does not state its location.
    """
    stated = [connection.get("location") for connection in subject.graph.of_type("aws_dx_connection", "aws_dx_lag")]
    if subject.estate is not None:
        stated += [
            interface.location for gateway in subject.estate.direct_connect for interface in gateway.virtual_interfaces
        ]
    return frozenset(map(str, stated)) if all(isinstance(each, str) for each in stated) else frozenset()

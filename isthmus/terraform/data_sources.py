"""Data sources whose answer follows from the configuration: by ids of resources in it, and by its providers.

What Terraform alone can read stays unknown. Names of Availability Zones are stand-ins: which zones a Region has is not
in the configuration, but answers depend on which of them are the same, not on their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from isthmus.terraform.graph import Ref, Resource, Unknown, Value
from isthmus.terraform.scopes import Attributes, ListOfUnknownLength, unknown

_T = "aws_ec2_transit_gateway"
_ZONES = 3  # a Region has at least as many: https://docs.aws.amazon.com/global-infrastructure/latest/regions/
# The argument that holds the id of what is read, where that is the resource of the same type.
_BY_ID = {
    "aws_vpc": "id",
    "aws_subnet": "id",
    "aws_route_table": "route_table_id",
    "aws_internet_gateway": "internet_gateway_id",
    "aws_nat_gateway": "id",
    "aws_vpn_gateway": "id",
    "aws_security_group": "id",
    "aws_customer_gateway": "id",
    "aws_dx_gateway": "id",
    _T: "id",
    f"{_T}_route_table": "id",
    f"{_T}_vpc_attachment": "id",
    f"{_T}_peering_attachment": "id",
    "aws_ec2_managed_prefix_list": "id",
}
_PARTITIONS = {"cn": ("aws-cn", "amazonaws.com.cn"), "us-gov": ("aws-us-gov", "amazonaws.com")}


class StandIn(str):
    """The name of an Availability Zone that is not known; `source` identifies its list."""

    source: str

    def __new__(cls, name: str, source: str) -> StandIn:
        """The stand-in `name` of the list that `source` identifies."""
        made = super().__new__(cls, name)
        made.source = source
        return made


@dataclass(frozen=True)
class Reading:
    """A data source: its type, its address for people, its arguments, and where its provider is."""

    kind: str
    text: str
    arguments: Mapping[str, Value]
    account: str | None
    region: str | None


def answer(reading: Reading) -> Value:
    """What a data source gives, or why that is not known."""
    found = _ANSWERS.get(reading.kind, _by_id)(reading)
    if found is None:
        return unknown(reading.text, "read by Terraform only")

    def resolve(name: str) -> Value:
        value = found.get(name)
        if value is None:
            value = reading.arguments.get(name)
        return unknown(f"{reading.text}.{name}", "read by Terraform only") if value is None else value

    return Attributes(reading.text, resolve)


def _by_id(reading: Reading) -> Mapping[str, Value] | None:
    given = reading.arguments.get(_BY_ID.get(reading.kind, ""))
    if not isinstance(given, Ref) or given.attribute not in ("id", "transit_gateway_attachment_id"):
        return None
    return {"id": given, _BY_ID[reading.kind]: given}


def _region(reading: Reading) -> Mapping[str, Value] | None:
    asked = reading.arguments.get("region") or reading.arguments.get("name") or reading.region
    return {"name": asked, "region": asked, "id": asked} if isinstance(asked, str) else None


def _partition(reading: Reading) -> Mapping[str, Value] | None:
    if reading.region is None:
        return None
    known = (answer for prefix, answer in _PARTITIONS.items() if reading.region.startswith(f"{prefix}-"))
    if reading.region.startswith(("us-iso", "eu-isoe", "eusc-")):
        return None
    partition, suffix = next(known, ("aws", "amazonaws.com"))
    return {"partition": partition, "id": partition, "dns_suffix": suffix}


def _caller(reading: Reading) -> Mapping[str, Value] | None:
    return {"account_id": reading.account, "id": reading.account} if reading.account else None


def _zones(reading: Reading) -> Mapping[str, Value] | None:
    where = reading.region or "zone-"
    chosen = sorted((name, repr(value)) for name, value in reading.arguments.items())
    source = f"{reading.account} {where} {chosen}"
    names = [StandIn(f"{where}{letter}", source) for letter in "abc"[:_ZONES]]
    ids = [StandIn(f"{where}-az{number}", f"ids of {source}") for number in range(1, _ZONES + 1)]
    return {"names": _list(f"{reading.text}.names", names), "zone_ids": _list(f"{reading.text}.zone_ids", ids)}


def _list(text: str, known: list[StandIn]) -> ListOfUnknownLength:
    def resolve(index: str) -> Value:
        at = int(index) if index.isdecimal() and len(index) < 4 else len(known)
        return known[at] if at < len(known) else unknown(f"{text}[{index}]", "how many zones there are is not known")

    return ListOfUnknownLength(text, resolve)


def _vpn_attachment(reading: Reading) -> Mapping[str, Value] | None:
    vpn = reading.arguments.get("vpn_connection_id")
    return {"id": Ref(vpn.address, "transit_gateway_attachment_id")} if isinstance(vpn, Ref) else None


def _dx_attachment(reading: Reading) -> Mapping[str, Value] | None:
    ends = [reading.arguments.get(name) for name in ("dx_gateway_id", "transit_gateway_id")]
    return _attachment(*ends)


def _vpc_attachment(reading: Reading) -> Mapping[str, Value] | None:
    found = _by_id(reading)
    if found is not None:
        return found
    filters = reading.arguments.get("filter")
    named: dict[Value, Value] = {}
    for block in filters if isinstance(filters, tuple) else (filters,):
        values = block.get("values") if isinstance(block, Mapping) else None
        if not isinstance(block, Mapping) or not isinstance(values, tuple) or len(values) != 1:
            return None
        named[block.get("name")] = values[0]
    vpc, gateway = named.pop("vpc-id", None), named.pop("transit-gateway-id", None)
    named.pop("state", None)
    return None if named else _attachment(vpc, gateway)


def _attachment(attached: Value = None, gateway: Value = None) -> Mapping[str, Value] | None:
    """The attachment of something to a transit gateway, by both ends: what builds the network knows which it is."""
    if not isinstance(attached, Ref) or not isinstance(gateway, Ref):
        return None
    return {"id": Ref(attached.address, f"attachment:{gateway.address}")}


_ANSWERS: dict[str, Callable[[Reading], Mapping[str, Value] | None]] = {
    "aws_region": _region,
    "aws_partition": _partition,
    "aws_caller_identity": _caller,
    "aws_availability_zones": _zones,
    f"{_T}_vpn_attachment": _vpn_attachment,
    f"{_T}_dx_gateway_attachment": _dx_attachment,
    f"{_T}_vpc_attachment": _vpc_attachment,
}


def without_stand_ins(resources: Iterable[Resource]) -> Callable[[Resource], Resource]:
    """What takes stand-ins for zones out of a resource, where a zone may have two names in what is read.

    That is where zones are named in writing too, or are taken from lists that may differ.
    """
    sources: set[str] = set()
    written = False
    for resource in resources:
        for name in ("availability_zone", "availability_zone_id"):
            value = resource.values.get(name)
            if isinstance(value, StandIn):
                sources.add(value.source)
            elif isinstance(value, str):
                written = True
    if len(sources) + written < 2 or not sources:
        return lambda resource: resource
    why = Unknown("zones are taken from a data source, and elsewhere named or taken from another")

    def taken(resource: Resource) -> Resource:
        values = {n: why if isinstance(v, StandIn) else v for n, v in resource.values.items()}
        return replace(resource, values=values)

    return taken

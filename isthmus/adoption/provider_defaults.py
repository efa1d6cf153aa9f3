"""What the provider makes of an argument that a configuration does not write: it keeps the value, or sets a default.

`tests/terraform/kept_arguments.py` makes the table of those that are kept, from the schema of the provider. The schema
does not state defaults; the pages of the resource types do:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_transit_gateway
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_NOTHING: tuple[Any, ...] = (None, "", (), False, 0)
_T = "aws_ec2_transit_gateway"
_DEFAULTS: Mapping[tuple[str, str], Any] = {
    (_T, "amazon_side_asn"): 64_512,
    (_T, "auto_accept_shared_attachments"): "disable",
    (_T, "default_route_table_association"): "enable",
    (_T, "default_route_table_propagation"): "enable",
    (_T, "dns_support"): "enable",
    (_T, "multicast_support"): "disable",
    (_T, "security_group_referencing_support"): "disable",
    (_T, "vpn_ecmp_support"): "enable",
    (f"{_T}_vpc_attachment", "appliance_mode_support"): "disable",
    (f"{_T}_vpc_attachment", "dns_support"): "enable",
    (f"{_T}_vpc_attachment", "ipv6_support"): "disable",
    ("aws_vpc", "enable_dns_support"): True,
    ("aws_vpc", "instance_tenancy"): "default",
}


@cache
def _kept() -> Mapping[str, Sequence[str]]:
    text = files("isthmus.adoption").joinpath("kept.json").read_text(encoding="utf-8")
    types: Mapping[str, Sequence[str]] = json.loads(text)["types"]
    return types


def stays(type_: str, argument: str, value: Any) -> bool:
    """Whether an argument keeps its value if the configuration does not write it."""
    return argument in _kept()[type_] or value in _NOTHING or _DEFAULTS.get((type_, argument), _NOTHING) == value

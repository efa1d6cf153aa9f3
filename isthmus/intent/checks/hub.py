"""The hub: one transit gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus.aws.accepted_values import fits_gateway, private_asn
from isthmus.intent.checks.lenient import network
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.model import place_of

_OPTIONS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html"


@rule("an estate has exactly one transit gateway")
def not_exactly_one_hub(estate: Estate) -> Iterator[Fault]:
    """No environment has a hub, or more than one has."""
    holders = [environment for environment in estate.environments if environment.hub is not None]
    if not holders:
        yield Fault(estate, "no environment has a hub", 'hub=Hub("main") in the environment of the network account')
    for environment in holders[1:]:
        yield Fault(
            environment, f'it has a hub, and environment "{holders[0].name}" has one too', "one hub in the estate"
        )


@rule("a VPN connection is attached to the transit gateway, in the same account and root module")
def vpn_outside_hub_environment(estate: Estate) -> Iterator[Fault]:
    """A VPN connection is in an environment without the hub."""
    holder = next((environment for environment in estate.environments if environment.hub is not None), None)
    for environment in estate.environments:
        for connection in environment.vpn_connections:
            if holder is not None and environment.hub is None:
                given = f'it is in environment "{environment.name}", and the hub is in "{holder.name}"'
                yield Fault(connection, given, f"vpn_connections of {place_of(holder)}")


@rule("the Amazon side accepts only private ASNs", _OPTIONS)
def invalid_hub_asn(estate: Estate) -> Iterator[Fault]:
    """The hub's ASN is not private."""
    for environment in estate.environments:
        hub = environment.hub
        if hub is not None and not private_asn(hub.asn):
            yield Fault(hub, f"asn is {hub.asn}", "64512 to 65534, or 4200000000 to 4294967294")


@rule("AWS accepts /24 or larger, outside 169.254.0.0/16", _OPTIONS)
def invalid_hub_cidr(estate: Estate) -> Iterator[Fault]:
    """One of the hub's CIDR blocks is smaller than /24, or link-local."""
    for environment in estate.environments:
        for text in environment.hub.cidr_blocks if environment.hub else ():
            cidr = network(text)
            if cidr is not None and not fits_gateway(cidr):
                part = f"CIDR block {text}"
                yield Fault(
                    environment.hub,
                    f"{cidr} is not a valid transit gateway CIDR block",
                    "a /24 or larger, outside 169.254.0.0/16",
                    part,
                )


_IDS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGateway.html"
_ID = re.compile(r"tgw-(?:[0-9a-f]{8}|[0-9a-f]{17})")


@rule("AWS gives a transit gateway an id of this form", _IDS)
def invalid_existing_hub(estate: Estate) -> Iterator[Fault]:
    """The id of an existing hub is not the id of a transit gateway."""
    for environment in estate.environments:
        hub = environment.hub
        if hub is not None and hub.existing is not None and not _ID.fullmatch(hub.existing):
            yield Fault(
                hub,
                f'existing is "{hub.existing}"',
                "its id, tgw- and 17 hexadecimal digits, from: aws ec2 describe-transit-gateways",
            )


@rule("Terraform only reads a transit gateway that exists already, and changes nothing of it")
def existing_hub_with_cidr_blocks(estate: Estate) -> Iterator[Fault]:
    """An existing hub has CIDR blocks."""
    for environment in estate.environments:
        hub = environment.hub
        if hub is not None and hub.existing is not None and hub.cidr_blocks:
            yield Fault(hub, f"existing is {hub.existing}, and it has cidr_blocks", "no cidr_blocks")

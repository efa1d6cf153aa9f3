"""A transit gateway that exists already: a data source, whose postconditions check what the proof relies on.

A postcondition that does not hold stops `terraform plan`.
https://developer.hashicorp.com/terraform/language/validate#postconditions
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from isthmus.intent import Environment, Estate, Inspection
from isthmus.intent.model import name_of
from modules.aws import DataAwsEc2TransitGateway
from modules.cdk import ModuleStack


@dataclass(frozen=True, slots=True)
class Fact:
    """An attribute of the transit gateway, the value that it must have, and what to do if it has another."""

    attribute: str
    value: str | int
    remedy: str

    @property
    def condition(self) -> str:
        """The condition of the postcondition."""
        literal = f'"{self.value}"' if isinstance(self.value, str) else str(self.value)
        return f"self.{self.attribute} == {literal}"


def existing_hub(module: ModuleStack, estate: Estate, environment: Environment) -> DataAwsEc2TransitGateway:
    """The data source of the transit gateway."""
    gateway = module.add(DataAwsEc2TransitGateway, "this", id=estate.hub.existing)
    gateway.add_override("lifecycle.postcondition", [_postcondition(fact) for fact in facts(estate, environment)])
    return gateway


def facts(estate: Estate, environment: Environment) -> Iterator[Fact]:
    """What the transit gateway must have for the estate. `environment` has the hub."""
    account = estate.account(environment.account)
    yield Fact("owner_id", account.id, f"name the environment of that account, because {account.name} does not own it")
    yield Fact("amazon_side_asn", estate.hub.asn, "write this ASN as asn of the hub")
    if joins_default_tables(estate):
        # Attachments of these kinds have no argument that keeps them out of the default route tables. A change of the
        # settings concerns new attachments only.
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyTransitGateway.html
        for which in ("association", "propagation"):
            yield Fact(f"default_route_table_{which}", "disable", _off(f"DefaultRouteTable{which.capitalize()}"))
    if any(True for _ in estate.vpn_connections):
        yield Fact("vpn_ecmp_support", "enable", _modify("VpnEcmpSupport=enable"))
    if _attaches_from_other_accounts(estate):
        # An attachment that is accepted by itself joins the default route tables, and its accepter fails.
        yield Fact("auto_accept_shared_attachments", "disable", _off("AutoAcceptSharedAttachments"))


def joins_default_tables(estate: Estate) -> bool:
    """Whether the estate has attachments that join the default route tables of a transit gateway that has them."""
    inspects = estate.egress is not None and estate.egress.inspection is Inspection.GATEWAY
    return inspects or any(True for _ in estate.connections)


def _attaches_from_other_accounts(estate: Estate) -> bool:
    owner = name_of(estate.hub_environment.account)
    return any(name_of(e.account) != owner and (e.spokes or e.egress is not None) for e in estate.environments)


def _off(option: str) -> str:
    return _modify(f"{option}=disable")


def _modify(option: str) -> str:
    return f"change it: aws ec2 modify-transit-gateway --transit-gateway-id ${{self.id}} --options {option}"


def _postcondition(fact: Fact) -> dict[str, Any]:
    given = f"${{self.{fact.attribute}}}"
    message = f"{fact.attribute} of transit gateway ${{self.id}} is {given}, and must be {fact.value}: {fact.remedy}."
    return {"condition": f"${{{fact.condition}}}", "error_message": message}

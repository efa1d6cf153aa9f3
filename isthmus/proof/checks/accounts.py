"""Accounts: every VPC and the transit gateway are in the account that the intent states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isthmus.intent import Environment, Estate
from isthmus.proof.result.findings import Violation
from isthmus.terraform.graph import Graph


def account_violations(estate: Estate, vpcs: Mapping[str, str], egress: str, graph: Graph) -> Iterator[Violation]:
    """VPCs and transit gateways in another account than the intent states. `vpcs`: by location."""
    for address, environment in _expected(estate, vpcs, egress, graph):
        resource = graph.resources.get(address)
        account = estate.account(environment.account).id
        if resource is not None and resource.account not in (None, account):
            why = f"{address} is in account {resource.account}; the intent states {account} ({environment.name})"
            yield Violation("account-differs", why, (address,))


def _expected(estate: Estate, vpcs: Mapping[str, str], egress: str, graph: Graph) -> Iterator[tuple[str, Environment]]:
    """The addresses of the intent's VPCs and hub, with their environment. With several gateways the hub is unknown."""
    yield from ((vpcs.get(spoke.name, ""), environment) for environment, spoke in estate.spokes)
    yield from ((egress, environment) for environment in estate.environments if environment.egress is not None)
    gateways = [gateway.address for gateway in graph.of_type("aws_ec2_transit_gateway")]
    if len(gateways) == 1:
        yield gateways[0], estate.hub_environment

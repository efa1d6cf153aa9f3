"""Mends of Route 53 and its Resolver."""

import json
from collections.abc import Iterator
from typing import Any

from moto.route53.models import FakeZone
from moto.route53.responses import Route53
from moto.route53resolver.models import ResolverEndpoint, Route53ResolverBackend
from moto.route53resolver.responses import Route53ResolverResponse

from .mending import Replacement, mend


@mend
def zones_made_with_a_vpc() -> Iterator[Replacement]:
    """A hosted zone that is made with a VPC is private, stated or not, and lists that VPC."""
    flag, add = Route53._get_bool_param, FakeZone.add_vpc

    def private(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "HostedZoneConfig.PrivateZone" and self._get_param("VPC.VPCId"):
            return True
        return flag(self, name, *args, **kwargs)

    def add_vpc_once(self: Any, vpc_id: str, vpc_region: str) -> Any:
        return add(self, vpc_id, vpc_region) | {"VPCId": vpc_id, "VPCRegion": vpc_region}

    yield Route53, "_get_bool_param", private
    yield FakeZone, "add_vpc", add_vpc_once


@mend
def protocols_of_resolver_endpoints() -> Iterator[Replacement]:
    """A Resolver endpoint has an address type and protocols."""
    described = ResolverEndpoint.description

    def description(self: Any) -> dict[str, Any]:
        return {**described(self), "ResolverEndpointType": "IPV4", "Protocols": ["Do53"]}

    yield ResolverEndpoint, "description", description


@mend
def life_of_query_log_configurations() -> Iterator[Replacement]:
    """A query log configuration has tags, and can be deleted."""
    known = Route53ResolverBackend._matched_arn

    def matched(self: Any, arn: str) -> None:
        if not any(config.arn == arn for config in self.resolver_query_log_configs.values()):
            known(self, arn)

    def delete(self: Any) -> str:
        configs = self.route53resolver_backend.resolver_query_log_configs
        config = configs.pop(self._get_param("ResolverQueryLogConfigId"))
        config.status = "DELETING"
        return json.dumps({"ResolverQueryLogConfig": config.description()})

    yield Route53ResolverBackend, "_matched_arn", matched
    yield Route53ResolverResponse, "delete_resolver_query_log_config", delete


@mend
def ends_of_query_log_associations() -> Iterator[Replacement]:
    """A VPC can be taken from a query log configuration."""

    def disassociate(self: Any) -> str:
        config, vpc = self._get_param("ResolverQueryLogConfigId"), self._get_param("ResourceId")
        associations = self.route53resolver_backend.resolver_query_log_config_associations
        id = next(
            i for i, a in associations.items() if (a.resolver_query_log_config_id, a.resource_id) == (config, vpc)
        )
        association = associations.pop(id)
        association.status = "DELETING"
        return json.dumps({"ResolverQueryLogConfigAssociation": association.description()})

    yield Route53ResolverResponse, "disassociate_resolver_query_log_config", disassociate

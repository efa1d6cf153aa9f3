"""Route 53 Resolver in module `dns`: endpoints with their security groups, and forwarding rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.intent import Estate, ForwardRule, SharedBy
from isthmus.intent.addressing import Tier, resolver_addresses, subnet_name, subnets, zone_number
from isthmus.intent.name_resolution import KEPT_BY_AWS, SharedServices, keeps_aws_names, servers
from isthmus.intent.reachability import networks_reached
from modules.aws import (
    Route53ResolverEndpoint,
    Route53ResolverEndpointIpAddress,
    Route53ResolverRule,
    Route53ResolverRuleTargetIp,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from modules.cdk import ModuleStack, TerraformOutput, TerraformVariable
from modules.dns_interface import name_prefix, resource_name, rule_id, subnet_id
from modules.terraform_names import domain_identifier, identifier

_PROTOCOLS = ("tcp", "udp")
_DNS = 53


def resolver(module: ModuleStack, estate: Estate, home: SharedServices, vpc_id: str) -> dict[str, Route53ResolverRule]:
    """Add endpoints and rules to a module. Returns the rules by Terraform name, to share them with spokes."""
    made = _Resolver(module, estate, home, vpc_id)
    if home.dns.inbound:
        made.inbound()
    if home.dns.forwards:
        made.forward(made.outbound())
    return made.rules


class _Resolver:
    def __init__(self, module: ModuleStack, estate: Estate, home: SharedServices, vpc_id: str) -> None:
        self.module, self.estate, self.home, self.dns, self.vpc_id = module, estate, home, home.dns, vpc_id
        self.segment = estate.segment(home.spoke.segment)
        self.name = name_prefix(estate, home)
        self.zones = estate.zones_of(home.spoke)
        self.rules: dict[str, Route53ResolverRule] = {}
        self.subnet_ids = {
            zone: self._input(subnet_id(subnet_name(Tier.RESOLVER, zone)), f"The resolver subnet in {zone}")
            for zone in sorted(self.zones, key=zone_number)
        }

    # --- endpoints ---------------------------------------------------------------------------------------------------

    def inbound(self) -> None:
        """Add the inbound endpoint. It accepts DNS queries from exactly the site networks that the spoke reaches."""
        group = self._group("inbound", "DNS queries of the sites")
        for name, cidr in networks_reached(self.estate, self.segment).items():
            for protocol in _PROTOCOLS:
                self.module.add(
                    VpcSecurityGroupIngressRule,
                    f"inbound_{protocol}_{identifier(name)}",
                    description=f"DNS from {name}",
                    cidr_ipv4=cidr,
                    **self._port(group, protocol),
                )
        self._endpoint("INBOUND", "inbound", group)
        addresses = {zone: one for zone, (one, _) in self._addresses().items()}
        description = (
            "Addresses of the inbound endpoint, by Availability Zone ID: forward DNS queries of the sites there"
        )
        self.module.add(TerraformOutput, "dns_inbound_addresses", value=addresses, description=description)

    def outbound(self) -> Route53ResolverEndpoint:
        """Add the outbound endpoint. It sends DNS queries to exactly the servers that rules name."""
        group = self._group("outbound", "DNS queries to other DNS servers")
        asked = {address for rule in self.dns.forwards for address in servers(self.estate, rule)}
        for address in sorted(asked):
            for protocol in _PROTOCOLS:
                self.module.add(
                    VpcSecurityGroupEgressRule,
                    f"outbound_{protocol}_{identifier(address)}",
                    description=f"DNS to {address}",
                    cidr_ipv4=f"{address}/32",
                    **self._port(group, protocol),
                )
        return self._endpoint("OUTBOUND", "outbound", group)

    def _endpoint(self, direction: str, name: str, group: SecurityGroup) -> Route53ResolverEndpoint:
        which = 0 if direction == "INBOUND" else 1
        addresses = self._addresses()
        return self.module.add(
            Route53ResolverEndpoint,
            name,
            direction=direction,
            name=f"{self.name}-{name}",
            security_group_ids=[self.module.ref(group)],
            ip_address=[
                Route53ResolverEndpointIpAddress(subnet_id=subnet, ip=addresses[zone][which])
                for zone, subnet in self.subnet_ids.items()
            ],
            tags={"Name": f"{self.name}-{name}"},
        )

    def _addresses(self) -> Mapping[str, tuple[str, str]]:
        """The addresses of the inbound and the outbound endpoint, by Availability Zone."""
        placed = subnets(self.home.spoke, self.zones, [Tier.RESOLVER])
        found = {zone: resolver_addresses(placed[subnet_name(Tier.RESOLVER, zone)]) for zone in self.zones}
        return {zone: (str(one), str(other)) for zone, (one, other) in found.items()}

    def _group(self, name: str, what: str) -> SecurityGroup:
        whole = f"{self.name}-dns-{name}"
        return self.module.add(
            SecurityGroup, name, name=whole, description=what, vpc_id=self.vpc_id, tags={"Name": whole}
        )

    def _port(self, group: SecurityGroup, protocol: str) -> dict[str, Any]:
        return {
            "security_group_id": self.module.ref(group),
            "ip_protocol": protocol,
            "from_port": _DNS,
            "to_port": _DNS,
        }

    # --- rules -------------------------------------------------------------------------------------------------------

    def forward(self, endpoint: Route53ResolverEndpoint) -> None:
        """Add a forwarding rule for each domain of other servers, and a system rule for names that AWS answers."""
        for forward in sorted(self.dns.forwards, key=lambda rule: rule.domain):
            self._rule(
                forward.domain,
                rule_type="FORWARD",
                resolver_endpoint_id=self.module.ref(endpoint),
                target_ip=self._targets(forward),
            )
        if keeps_aws_names(self.dns):
            self._rule(KEPT_BY_AWS, rule_type="SYSTEM")

    def _targets(self, forward: ForwardRule) -> list[Route53ResolverRuleTargetIp]:
        return [Route53ResolverRuleTargetIp(ip=address, port=_DNS) for address in servers(self.estate, forward)]

    def _rule(self, domain: str, **kind: Any) -> None:
        name = domain_identifier(domain)
        rule = self.module.add(
            Route53ResolverRule,
            name,
            domain_name=domain,
            name=resource_name(domain),
            tags={"Name": f"{self.name}-{resource_name(domain)}"},
            **kind,
        )
        self.rules[f"rule_{name}"] = rule
        if self.dns.shared_by is SharedBy.RESOLVER_RULES:
            self.module.add(
                TerraformOutput, rule_id(domain), value=self.module.ref(rule), description=f"Rule for {domain}"
            )

    def _input(self, name: str, description: str) -> str:
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

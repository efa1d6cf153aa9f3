"""Module `dns`: Resolver endpoints, forward rules, private zones, query logs and DNS firewall, shared with spokes.

What spokes need of it is shared with the organization and handed out by id; each spoke's root associates its own VPC
(`modules/resolution.py`), so nothing here knows which spokes there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.addressing import Tier, resolver_addresses, subnet_name, subnets, zone_number
from isthmus.intent import DnsFirewall, ForwardRule, SharedBy
from isthmus.intent.estate import Estate
from isthmus.intent.reach import networks_reached
from isthmus.intent.resolution import (
    KEPT_BY_AWS,
    SharedServices,
    keeps_aws_names,
    private_domains,
    servers,
)
from modules.aws import (
    CloudwatchLogGroup,
    CloudwatchLogResourcePolicy,
    IamRole,
    IamRolePolicy,
    RamPrincipalAssociation,
    RamResourceAssociation,
    RamResourceShare,
    Route53ProfilesProfile,
    Route53ProfilesResourceAssociation,
    Route53ResolverEndpoint,
    Route53ResolverEndpointIpAddress,
    Route53ResolverFirewallDomainList,
    Route53ResolverFirewallRule,
    Route53ResolverFirewallRuleGroup,
    Route53ResolverQueryLogConfig,
    Route53ResolverRule,
    Route53ResolverRuleTargetIp,
    Route53Zone,
    Route53ZoneVpc,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from modules.cdk import ModuleStack, TerraformElement, TerraformOutput, TerraformResourceLifecycle, TerraformVariable
from modules.hub import LOG_KEY_ARN, principals
from modules.naming import domain_identifier, identifier
from modules.policy import allow, deployment_roles, document, organization_partition
from modules.provider import REQUIRED, authorize_role_name

VPC_ID = "vpc_id"
PROFILE_ID = "dns_profile_id"
QUERY_LOGS_ID = "query_log_config_id"
FIREWALL_ID = "dns_firewall_rule_group_id"
# Of the firewall's rule group among others of a VPC or a profile: 100 to 9,900, first come first served.
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_AssociateFirewallRuleGroup.html
FIREWALL_PRIORITY = 200
_PROTOCOLS = ("tcp", "udp")
_DNS = 53


def rule_id(domain: str) -> str:
    """The name of the output, and of inputs elsewhere, that holds the id of a domain's rule."""
    return f"resolver_rule_id_{domain_identifier(domain)}"


def zone_id(domain: str) -> str:
    """The same for the id of a private zone."""
    return f"zone_id_{domain_identifier(domain)}"


def subnet_id(name: str) -> str:
    """The same for the id of a subnet of the shared services spoke."""
    return f"subnet_id_{name}"


def rule_domains(home: SharedServices) -> tuple[str, ...]:
    """The domains that have a rule: those that are forwarded, and what AWS keeps."""
    kept = (KEPT_BY_AWS,) if keeps_aws_names(home.dns) else ()
    return (*sorted(rule.domain for rule in home.dns.forwards), *kept)


def dns_outputs(home: SharedServices) -> tuple[str, ...]:
    """The names of the module's outputs that spokes need."""
    if home.dns.shared_by is SharedBy.PROFILE:
        return (PROFILE_ID,)
    rest = ((home.dns.query_logs, QUERY_LOGS_ID), (home.dns.firewall is not None, FIREWALL_ID))
    return (
        *(rule_id(domain) for domain in rule_domains(home)),
        *(zone_id(zone.domain) for zone in sorted(home.dns.private_zones, key=lambda zone: zone.domain)),
        *(name for wanted, name in rest if wanted),
    )


def dns(estate: Estate, home: SharedServices) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `vpc_id`; `subnet_id_<subnet>` of the resolver subnets, if there are Resolver endpoints; `log_key_arn`, with
    query logs. Outputs: `dns_outputs`, and `dns_inbound_addresses`, which the sites' DNS servers forward to.
    """
    return _Dns(estate, home).emit()


class _Dns:
    def __init__(self, estate: Estate, home: SharedServices) -> None:
        self.estate, self.home, self.dns = estate, home, home.dns
        self.segment = estate.segment(home.spoke.segment)
        self.name = f"{estate.prefix}-{home.environment.name}"
        self.zones = estate.zones_of(home.spoke)
        self.module = ModuleStack("dns", providers=REQUIRED)
        self.vpc_id = self._input(VPC_ID, "The VPC of shared services")
        # What goes to spokes, by Terraform name.
        self.shared: dict[str, TerraformElement] = {}

    def emit(self) -> dict[str, Any]:
        if self.dns.inbound or self.dns.forwards:
            self.subnet_ids = {
                zone: self._input(subnet_id(subnet_name(Tier.RESOLVER, zone)), f"The resolver subnet in {zone}")
                for zone in sorted(self.zones, key=zone_number)
            }
        if self.dns.inbound:
            self._inbound()
        if self.dns.forwards:
            self._rules(self._outbound())
        for zone in sorted(self.dns.private_zones, key=lambda zone: zone.domain):
            self._zone(zone.domain)
        if self.dns.query_logs:
            self._query_logs()
        if self.dns.firewall is not None:
            self._firewall(self.dns.firewall)
        if self.dns.shared_by is SharedBy.PROFILE:
            self._share_profile()
        else:
            self._share_each()
        return self.module.emit()

    # --- endpoints and rules -----------------------------------------------------------------------------------------

    def _inbound(self) -> None:
        """Answers the sites: what they ask comes from exactly the site networks that the spoke reaches."""
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
        self._output("dns_inbound_addresses", addresses, "Where the sites' DNS servers forward to, by zone")

    def _outbound(self) -> Route53ResolverEndpoint:
        """Asks other DNS servers: exactly those that rules name."""
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
        """The addresses of the inbound and the outbound endpoint, by zone."""
        placed = subnets(self.home.spoke, self.zones, [Tier.RESOLVER])
        found = {zone: resolver_addresses(placed[subnet_name(Tier.RESOLVER, zone)]) for zone in self.zones}
        return {zone: (str(one), str(other)) for zone, (one, other) in found.items()}

    def _group(self, name: str, what: str) -> SecurityGroup:
        label = f"{self.name}-dns-{name}"
        return self.module.add(
            SecurityGroup, name, name=label, description=what, vpc_id=self.vpc_id, tags={"Name": label}
        )

    def _port(self, group: SecurityGroup, protocol: str) -> dict[str, Any]:
        return {
            "security_group_id": self.module.ref(group),
            "ip_protocol": protocol,
            "from_port": _DNS,
            "to_port": _DNS,
        }

    def _rules(self, endpoint: Route53ResolverEndpoint) -> None:
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
            name=_label(domain),
            tags={"Name": f"{self.name}-{_label(domain)}"},
            **kind,
        )
        self.shared[f"rule_{name}"] = rule
        if self.dns.shared_by is SharedBy.RESOLVER_RULES:
            self._output(rule_id(domain), self.module.ref(rule), f"Rule for {domain}")

    # --- zones, logs, firewall ---------------------------------------------------------------------------------------

    def _zone(self, domain: str) -> None:
        zone = private_zone(self.module, self.estate, self.home, domain, self.vpc_id)
        if self.dns.shared_by is SharedBy.PROFILE:
            self.shared[f"zone_{domain_identifier(domain)}"] = zone
        else:
            self._output(zone_id(domain), self.module.ref(zone), f"Zone {domain}")

    def _query_logs(self) -> None:
        name = f"/{self.estate.prefix}/{self.home.environment.name}/dns-queries"
        group = self.module.add(
            CloudwatchLogGroup,
            "queries",
            name=name,
            kms_key_id=self._input(LOG_KEY_ARN, "Key of the log group"),
            retention_in_days=self.estate.log_retention_days,
            tags={"Name": name},
        )
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
        account = self.estate.account(self.home.environment.account).id
        source = f"arn:{organization_partition(self.estate)}:logs:{self.estate.region}:{account}:*"
        permission = self.module.add(
            CloudwatchLogResourcePolicy,
            "queries",
            policy_name=f"{self.name}-dns-queries",
            policy_document=document(
                allow(
                    "DeliverQueryLogs",
                    principal={"Service": "delivery.logs.amazonaws.com"},
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[f"{self.module.ref(group, 'arn')}:log-stream:*"],
                    conditions={"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}},
                )
            ),
        )
        config = self.module.add(
            Route53ResolverQueryLogConfig,
            "this",
            name=f"{self.name}-dns-queries",
            destination_arn=self.module.ref(group, "arn"),
            tags={"Name": f"{self.name}-dns-queries"},
            depends_on=[permission],
        )
        self.shared["query_logs"] = config
        if self.dns.shared_by is SharedBy.RESOLVER_RULES:
            self._output(QUERY_LOGS_ID, self.module.ref(config), "Where queries are logged")

    def _firewall(self, wanted: DnsFirewall) -> None:
        name = f"{self.name}-dns"
        rules = self.module.add(Route53ResolverFirewallRuleGroup, "this", name=name, tags={"Name": name})
        lists = (("allowed", wanted.allowed, 100, "ALLOW", None), ("blocked", wanted.blocked, 200, "BLOCK", "NODATA"))
        for kind, domains, priority, action, response in lists:
            if not domains:
                continue
            names = self.module.add(
                Route53ResolverFirewallDomainList,
                kind,
                name=f"{name}-{kind}",
                domains=sorted(set(domains)),
                tags={"Name": f"{name}-{kind}"},
            )
            self.module.add(
                Route53ResolverFirewallRule,
                kind,
                name=f"{name}-{kind}",
                priority=priority,
                firewall_domain_list_id=self.module.ref(names),
                firewall_rule_group_id=self.module.ref(rules),
                action=action,
                block_response=response,
            )
        self.shared["firewall"] = rules
        if self.dns.shared_by is SharedBy.RESOLVER_RULES:
            self._output(FIREWALL_ID, self.module.ref(rules), "The DNS firewall's rules")

    # --- sharing -----------------------------------------------------------------------------------------------------

    def _share_profile(self) -> None:
        profile = self.module.add(Route53ProfilesProfile, "this", name=self.name, tags={"Name": self.name})
        for name, element in self.shared.items():
            properties = f'{{"priority":{FIREWALL_PRIORITY}}}' if name == "firewall" else None
            put_into_profile(self.module, self.module.ref(profile), name, self.module.ref(element, "arn"), properties)
        self._share({"profile": profile})
        self._output(PROFILE_ID, self.module.ref(profile), "The profile that VPCs are associated with")

    def _share_each(self) -> None:
        if self.shared:
            self._share(self.shared)
        if private_domains(self.home, self.estate.region):
            self._authorize_role()

    def _share(self, elements: Mapping[str, TerraformElement]) -> None:
        label = f"{self.name}-dns"
        share = self.module.add(
            RamResourceShare, "dns", name=label, allow_external_principals=False, tags={"Name": label}
        )
        for name, element in elements.items():
            self.module.add(
                RamResourceAssociation,
                name,
                resource_arn=self.module.ref(element, "arn"),
                resource_share_arn=self.module.ref(share, "arn"),
            )
        for name, principal in principals(self.estate, ()):
            self.module.add(
                RamPrincipalAssociation, name, principal=principal, resource_share_arn=self.module.ref(share, "arn")
            )

    def _authorize_role(self) -> None:
        """The role with which a spoke's root, in another account, has its VPC admitted to the private zones."""
        name = authorize_role_name(self.estate)
        role = self.module.add(
            IamRole,
            "authorize_vpcs",
            name=name,
            description="Admit VPCs of the organization to private zones",
            assume_role_policy=document(
                allow(
                    "Organization",
                    principal={"AWS": "*"},
                    actions=["sts:AssumeRole", "sts:TagSession"],
                    conditions=deployment_roles(self.estate),
                )
            ),
            tags={"Name": name},
        )
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
        self.module.add(
            IamRolePolicy,
            "authorize_vpcs",
            name="authorize-vpcs",
            role=self.module.ref(role),
            policy=document(
                allow(
                    "Authorize",
                    actions=[
                        "route53:CreateVPCAssociationAuthorization",
                        "route53:DeleteVPCAssociationAuthorization",
                        "route53:ListVPCAssociationAuthorizations",
                    ],
                    resources=[f"arn:{organization_partition(self.estate)}:route53:::hostedzone/*"],
                )
            ),
        )

    # --- inputs and outputs ------------------------------------------------------------------------------------------

    def _input(self, name: str, description: str) -> str:
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

    def _output(self, name: str, value: Any, description: str) -> None:
        self.module.add(TerraformOutput, name, value=value, description=description)


def private_zone(module: ModuleStack, estate: Estate, home: SharedServices, domain: str, vpc_id: str) -> Route53Zone:
    """A private hosted zone of the shared services VPC. Other VPCs that are associated one by one are not its business.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone_association
    """
    others = home.dns.shared_by is SharedBy.RESOLVER_RULES
    return module.add(
        Route53Zone,
        domain_identifier(domain),
        name=domain,
        comment=f"{domain} for the VPCs of {estate.name}",
        vpc=[Route53ZoneVpc(vpc_id=vpc_id)],
        tags={"Name": domain},
        lifecycle=TerraformResourceLifecycle(ignore_changes=["vpc"]) if others else None,
    )


def put_into_profile(module: ModuleStack, profile_id: str, name: str, arn: str, properties: str | None = None) -> None:
    """Put a resource into the profile, and so before every VPC that is associated with it."""
    module.add(
        Route53ProfilesResourceAssociation,
        name,
        name=_label(name.replace("_", "-")),
        profile_id=profile_id,
        resource_arn=arn,
        resource_properties=properties,
    )


def _label(domain: str) -> str:
    """A name of at most 64 letters, digits, `-` and `_`, as Resolver and profiles take it."""
    return "everything" if domain == "." else domain.replace(".", "-")[:64]

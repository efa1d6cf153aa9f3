"""Module `dns`: Resolver endpoints, forwarding rules, private hosted zones, query logs and DNS Firewall.

The module shares these resources with the organization, and outputs their ids. Each spoke's root associates its own VPC
(`modules/dns_associations.py`), so this module does not depend on the spokes.
"""

from __future__ import annotations

from typing import Any

from isthmus.intent import DnsFirewall, SharedBy
from isthmus.intent.estate import Estate
from isthmus.intent.name_resolution import SharedServices
from modules.aws import (
    CloudwatchLogGroup,
    CloudwatchLogResourcePolicy,
    Route53ResolverFirewallDomainList,
    Route53ResolverFirewallRule,
    Route53ResolverFirewallRuleGroup,
    Route53ResolverQueryLogConfig,
    Route53Zone,
    Route53ZoneVpc,
)
from modules.cdk import ModuleStack, TerraformElement, TerraformOutput, TerraformResourceLifecycle, TerraformVariable
from modules.dns_interface import FIREWALL_ID, QUERY_LOGS, QUERY_LOGS_ID, VPC_ID, name_prefix, zone_id
from modules.dns_sharing import share_dns
from modules.hub import LOG_KEY_ARN
from modules.iam_policy import allow, document, organization_partition
from modules.provider import REQUIRED
from modules.route53_resolver import resolver
from modules.terraform_names import domain_identifier


def dns(estate: Estate, home: SharedServices) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `vpc_id`; `subnet_id_<subnet>` of the resolver subnets, if there are Resolver endpoints; `log_key_arn`, with
    query logs. Outputs: `dns_outputs`, and `dns_inbound_addresses`, to which the sites' DNS servers forward.
    """
    return _Dns(estate, home).emit()


class _Dns:
    def __init__(self, estate: Estate, home: SharedServices) -> None:
        self.estate, self.home, self.dns = estate, home, home.dns
        self.name = name_prefix(estate, home)
        self.module = ModuleStack("dns", providers=REQUIRED)
        self.vpc_id = self._input(VPC_ID, "The shared services VPC")
        # Resources to share with spokes, by Terraform name.
        self.shared: dict[str, TerraformElement] = {}
        self.zone_arns: list[str] = []

    def emit(self) -> dict[str, Any]:
        if self.dns.inbound or self.dns.forwards:
            self.shared |= resolver(self.module, self.estate, self.home, self.vpc_id)
        for zone in sorted(self.dns.private_zones, key=lambda zone: zone.domain):
            self._zone(zone.domain)
        if self.dns.query_logs:
            self._query_logs()
        if self.dns.firewall is not None:
            self._firewall(self.dns.firewall)
        share_dns(self.module, self.estate, self.home, self.shared, self.zone_arns)
        return self.module.emit()

    # --- zones, logs, firewall ---------------------------------------------------------------------------------------

    def _zone(self, domain: str) -> None:
        zone = private_zone(self.module, self.estate, self.home, domain, self.vpc_id)
        self.zone_arns.append(self.module.ref(zone, "arn"))
        if self.dns.shared_by is SharedBy.PROFILE:
            self.shared[f"zone_{domain_identifier(domain)}"] = zone
        else:
            self._output(zone_id(domain), self.module.ref(zone), f"Private hosted zone {domain}")

    def _query_logs(self) -> None:
        name = f"/{self.estate.prefix}/{self.home.environment.name}/dns-queries"
        group = self.module.add(
            CloudwatchLogGroup,
            "queries",
            name=name,
            kms_key_id=self._input(LOG_KEY_ARN, "ARN of the KMS key of the log group"),
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
        self.shared[QUERY_LOGS] = config
        self._output(QUERY_LOGS_ID, self.module.ref(config), "The query log configuration")

    def _firewall(self, wanted: DnsFirewall) -> None:
        name = f"{self.name}-dns"
        rules = self.module.add(Route53ResolverFirewallRuleGroup, "this", name=name, tags={"Name": name})
        lists = (("allowed", wanted.allowed, 100, "ALLOW", None), ("blocked", wanted.blocked, 200, "BLOCK", "NODATA"))
        # The targets of CNAME records of an allowed name, as for a name behind a CDN, need not be on the list.
        # https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_FirewallRule.html
        trust = {"ALLOW": "TRUST_REDIRECTION_DOMAIN"}
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
                firewall_domain_redirection_action=trust.get(action),
            )
        self.shared["firewall"] = rules
        if self.dns.shared_by is SharedBy.RESOLVER_RULES:
            self._output(FIREWALL_ID, self.module.ref(rules), "The rule group of DNS Firewall")

    # --- inputs and outputs ------------------------------------------------------------------------------------------

    def _input(self, name: str, description: str) -> str:
        return self.module.ref(self.module.add(TerraformVariable, name, type="string", description=description), None)

    def _output(self, name: str, value: Any, description: str) -> None:
        self.module.add(TerraformOutput, name, value=value, description=description)


def private_zone(module: ModuleStack, estate: Estate, home: SharedServices, domain: str, vpc_id: str) -> Route53Zone:
    """A private hosted zone, associated with the shared services VPC.

    It ignores changes of its VPCs, because other resources associate the other VPCs one by one.
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

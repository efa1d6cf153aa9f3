"""Checks of the smaller modules: DNS, endpoints, firewall, alarms, logs, state."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Environment, Estate
from isthmus.intent.name_resolution import SharedServices
from isthmus.intent.reachability import networks_reached
from modules.module_tests.document import Check, Module, all_of, check, listed, same, text
from modules.terraform_names import domain_identifier


def logs(estate: Estate, environment: Environment, module: Module) -> Iterator[Check]:
    """The checks of `logs`."""
    account = estate.account(environment.account).id
    trust = "jsondecode(aws_iam_role.flow_logs.assume_role_policy).Statement"
    yield check(
        "only_flow_logs_use_the_role",
        (
            all_of("statement", trust, 'statement.Principal.Service == "vpc-flow-logs.amazonaws.com"'),
            "Another service than flow logs may use the role.",
        ),
        (
            all_of("statement", trust, f'statement.Condition.StringEquals["aws:SourceAccount"] == "{account}"'),
            "The service may use the role on behalf of another account.",
        ),
    )


def state(module: Module) -> Iterator[Check]:
    """The checks of `state`."""
    block = "aws_s3_bucket_public_access_block.this"
    settings = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    yield check(
        "the_state_bucket_is_not_public",
        (" && ".join(f"{block}.{setting}" for setting in settings), "The state bucket does not block public access."),
    )
    yield check(
        "old_state_versions_are_kept",
        (
            'aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"',
            "The state bucket has no versioning.",
        ),
        (
            "aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0]"
            ".newer_noncurrent_versions >= 20",
            "Fewer than twenty versions of a state are kept.",
        ),
    )
    rule = "tolist(aws_s3_bucket_server_side_encryption_configuration.this.rule)[0]"
    default = f"{rule}.apply_server_side_encryption_by_default[0]"
    yield check(
        "states_are_encrypted",
        (
            f"{default}.kms_master_key_id == aws_kms_key.this.arn",
            "States are not encrypted with the key of this module.",
        ),
    )
    tls = 'statement.Effect == "Deny" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"'
    yield check(
        "the_state_bucket_requires_tls",
        (
            f"anytrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : {tls}])",
            "The bucket allows requests without TLS.",
        ),
    )


def firewall(estate: Estate, environment: Environment, module: Module) -> Iterator[Check]:
    """The checks of `firewall`."""
    policy = "aws_networkfirewall_firewall_policy.this.firewall_policy[0]"
    yield check(
        "traffic_that_no_rule_passes_is_dropped",
        (
            f'anytrue([for action in {policy}.stateful_default_actions : startswith(action, "aws:drop")])',
            "Traffic that no rule passes is not dropped.",
        ),
        (
            f'{policy}.stateful_engine_options[0].rule_order == "STRICT_ORDER"',
            "Rules are not evaluated in strict order.",
        ),
        (
            f'alltrue([for action in {policy}.stateless_default_actions : action == "aws:forward_to_sfe"])',
            "A stateless default action bypasses the stateful rules.",
        ),
    )
    variables = f"{policy}.policy_variables[0].rule_variables"
    home = f'flatten([for v in {variables} : v.ip_set[0].definition if v.key == "HOME_NET"])'
    yield check(
        "home_net_is_the_estate",
        (same(home, text(sorted(estate.blocks))), "HOME_NET is not the blocks of the estate."),
    )
    if environment.protected:
        made = "aws_networkfirewall_firewall.this"
        yield check(
            "the_firewall_is_protected_from_deletion",
            (
                f"{made}.delete_protection && {made}.firewall_policy_change_protection",
                "The firewall can be deleted, or its policy can be changed.",
            ),
        )
    destinations = "aws_networkfirewall_logging_configuration.this.logging_configuration[0].log_destination_config"
    yield check(
        "alerts_and_flows_are_logged",
        (f'setunion({destinations}[*].log_type, ["ALERT"]) == toset(["ALERT", "FLOW"])', "A log is missing."),
    )


def dns(estate: Estate, home: SharedServices, module: Module) -> Iterator[Check]:
    """The checks of `dns`."""
    zones = len(estate.zones_of(home.spoke))
    if module.addresses("aws_route53_resolver_endpoint"):
        subnets = "distinct([for address in endpoint.ip_address : address.subnet_id])"
        yield check(
            "resolver_endpoints_are_in_every_zone",
            (
                all_of("endpoint", module.all("aws_route53_resolver_endpoint"), f"length({subnets}) == {zones}"),
                f"A Resolver endpoint does not have an address in each of {zones} zones.",
            ),
        )
        yield check(
            "endpoints_allow_dns_only",
            *(
                (
                    all_of("rule", module.all(kind), "rule.from_port == 53 && rule.to_port == 53"),
                    "A rule is not for port 53.",
                )
                for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
                if module.addresses(kind)
            ),
        )
    if home.dns.forwards:
        yield check(
            "names_of_sites_are_forwarded_to_their_servers",
            *(
                (
                    f'aws_route53_resolver_rule.{domain_identifier(rule.domain)}.domain_name == "{rule.domain}" && '
                    f'aws_route53_resolver_rule.{domain_identifier(rule.domain)}.rule_type == "FORWARD"',
                    f"{rule.domain} is not forwarded.",
                )
                for rule in sorted(home.dns.forwards, key=lambda rule: rule.domain)
            ),
        )
    private = module.addresses("aws_route53_zone")
    if private:
        yield check(
            "zones_are_private",
            (
                all_of("zone", listed(private), "contains(zone.vpc[*].vpc_id, var.vpc_id)"),
                "A zone is not associated with the shared services VPC, so it would be public.",
            ),
        )


def endpoints(estate: Estate, home: SharedServices, module: Module) -> Iterator[Check]:
    """The checks of `endpoints`."""
    interfaces = listed(module.addresses("aws_vpc_endpoint", "interface_"))
    given = sorted(name for name in module.document["variable"] if name.startswith("subnet_id_"))
    yield check(
        "endpoints_are_in_every_zone",
        (
            all_of("endpoint", interfaces, same("endpoint.subnet_ids", listed(f"var.{name}" for name in given))),
            "An endpoint is not in all subnets for endpoints.",
        ),
    )
    reached = networks_reached(estate, estate.segment(home.spoke.segment))
    rules = module.all("aws_vpc_security_group_ingress_rule")
    yield check(
        "only_https_from_the_estate_and_its_sites_is_allowed",
        (
            same(f"{rules}[*].cidr_ipv4", text(sorted({*estate.blocks, *reached.values()}))),
            "The endpoints do not allow exactly the estate's blocks and the reached site networks.",
        ),
        (all_of("rule", rules, "rule.from_port == 443 && rule.to_port == 443"), "A rule is for more than HTTPS."),
    )
    pinned = home.environment.endpoints.policies if home.environment.endpoints is not None else {}
    if not pinned:
        federates = all_of("action", "flatten([statement.Action])", 'startswith(action, "sts:AssumeRoleWith")')
        reads = 'statement.Action == "s3:GetObject" && !contains(flatten([statement.Resource]), "*")'
        equal = "statement.Condition.StringEquals"
        bounds = (f'can({equal}["aws:PrincipalOrgID"])', f'{federates} && can({equal}["aws:ResourceOrgID"])', reads)
        condition = " || ".join(f"({bound})" for bound in bounds)
        yield check(
            "endpoints_serve_only_the_organization",
            (
                all_of(
                    "endpoint",
                    interfaces,
                    all_of("statement", "jsondecode(endpoint.policy).Statement", condition),
                ),
                "An endpoint allows principals outside the organization.",
            ),
        )


_OF_VPC = {
    "aws_route53_resolver_firewall_rule_group_association": "vpc_id",
    "aws_route53_resolver_query_log_config_association": "resource_id",
    "aws_route53_resolver_rule_association": "vpc_id",
    "aws_route53_zone_association": "vpc_id",
    "aws_route53profiles_association": "resource_id",
}


def resolution(module: Module) -> Iterator[Check]:
    """The checks of `resolution_<spoke>`."""
    associated = [f"{address}.{argument}" for kind, argument in _OF_VPC.items() for address in module.addresses(kind)]
    if associated:
        yield check(
            "the_vpc_uses_hybrid_dns",
            (all_of("vpc", listed(associated), "vpc == var.vpc_id"), "Another VPC is associated with hybrid DNS."),
        )


def observability(module: Module) -> Iterator[Check]:
    """The checks of `observability`."""
    alarms = [*module.addresses("aws_cloudwatch_metric_alarm"), *module.addresses("aws_cloudwatch_composite_alarm")]
    if alarms:
        yield check(
            "every_alarm_has_an_action",
            (all_of("alarm", f"{listed(alarms)}[*].alarm_actions", "length(alarm) > 0"), "An alarm has no action."),
        )
    down = module.addresses("aws_cloudwatch_metric_alarm")
    tunnels = [
        address
        for address in down
        if module.resources["aws_cloudwatch_metric_alarm"][address.partition(".")[2]]["metric_name"] == "TunnelState"
    ]
    if tunnels:
        yield check(
            "missing_tunnel_data_is_an_alarm",
            (
                all_of("alarm", listed(tunnels), 'alarm.treat_missing_data == "breaching"'),
                "A tunnel without data raises no alarm.",
            ),
        )
    if module.addresses("aws_sns_topic"):
        yield check(
            "alarms_are_encrypted",
            (
                all_of("topic", module.all("aws_sns_topic"), "topic.kms_master_key_id == aws_kms_key.this.arn"),
                "A topic is not encrypted with the key of this module.",
            ),
        )

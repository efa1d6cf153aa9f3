"""Checks for resources that any module may hold: logs, keys, shares, policies, security groups."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Estate
from modules.module_tests.document import Check, Module, all_of, check, listed

_POLICIES = {
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_iam_role": "assume_role_policy",
    "aws_kms_key": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_sns_topic_policy": "policy",
}
"""The argument that holds a resource policy or trust policy, by resource type."""


def checks(estate: Estate, module: Module) -> Iterator[Check]:
    """The checks for the resources of a module."""
    if module.addresses("aws_cloudwatch_log_group"):
        groups = module.all("aws_cloudwatch_log_group")
        yield check(
            "logs_are_encrypted_and_kept",
            (
                all_of("group", groups, "group.kms_key_id == var.log_key_arn"),
                "A log group is not encrypted with the root's key.",
            ),
            (
                all_of("group", groups, f"group.retention_in_days == {estate.log_retention_days}"),
                f"A log group does not retain events for {estate.log_retention_days} days.",
            ),
        )
    if module.addresses("aws_kms_key"):
        keys = module.all("aws_kms_key")
        yield check(
            "keys_rotate",
            (all_of("key", keys, "key.enable_key_rotation"), "A key does not rotate."),
            (
                all_of("key", keys, "key.deletion_window_in_days >= 30"),
                "The deletion window of a key is less than 30 days.",
            ),
        )
    if module.addresses("aws_ram_resource_share"):
        shares = module.all("aws_ram_resource_share")
        yield check(
            "nothing_is_shared_outside_the_organization",
            (
                all_of("share", shares, "!share.allow_external_principals"),
                "A share allows principals outside the organization.",
            ),
        )
    if module.addresses("aws_vpc_security_group_ingress_rule"):
        rules = module.all("aws_vpc_security_group_ingress_rule")
        yield check(
            "no_security_group_allows_the_internet",
            (
                all_of("rule", rules, 'rule.cidr_ipv4 != "0.0.0.0/0" && rule.ip_protocol != "-1"'),
                "A rule allows the whole internet, or every protocol.",
            ),
        )
    policies = [f"{a}.{argument}" for kind, argument in _POLICIES.items() for a in module.setting(kind, argument)]
    if policies:
        statements = f"flatten([for policy in {listed(policies)} : jsondecode(policy).Statement])"
        named = 'statement.Effect == "Deny" || try(statement.Principal.AWS, "") != "*" || can(statement.Condition)'
        yield check(
            "no_policy_allows_any_principal",
            (all_of("statement", statements, named), "A policy allows any principal without a condition."),
        )

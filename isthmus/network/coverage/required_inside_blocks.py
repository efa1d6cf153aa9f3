"""Arguments and blocks inside blocks without which Terraform takes no resource: from the schema of the provider.

The ones outside of blocks are marked in `modelled`.
"""

from __future__ import annotations

_LONG = "rule_group.rules_source.stateless_rules_and_custom_actions"  # "~" below

_TEXT: dict[str, str] = {
    "aws_default_network_acl": """
        egress: action from_port protocol rule_no to_port
        ingress: action from_port protocol rule_no to_port
    """,
    "aws_ec2_managed_prefix_list": """
        entry: cidr
    """,
    "aws_networkfirewall_firewall": """
        availability_zone_mapping: availability_zone_id
        subnet_mapping: subnet_id
    """,
    "aws_networkfirewall_firewall_policy": """
        -: firewall_policy
        firewall_policy.policy_variables.rule_variables: ip_set key
        firewall_policy.policy_variables.rule_variables.ip_set: definition
        firewall_policy.stateful_rule_group_reference: resource_arn
        firewall_policy: stateless_default_actions stateless_fragment_default_actions
        firewall_policy.stateless_rule_group_reference: priority resource_arn
    """,
    "aws_networkfirewall_rule_group": """
        rule_group.reference_sets.ip_set_references: ip_set_reference key
        rule_group.reference_sets.ip_set_references.ip_set_reference: reference_arn
        rule_group.rule_variables.ip_sets: ip_set key
        rule_group.rule_variables.ip_sets.ip_set: definition
        rule_group.rule_variables.port_sets: key port_set
        rule_group.rule_variables.port_sets.port_set: definition
        rule_group: rules_source
        rule_group.rules_source.rules_source_list: generated_rules_type target_types targets
        rule_group.rules_source.stateful_rule: action header rule_option
        rule_group.rules_source.stateful_rule.header: destination destination_port direction protocol source source_port
        rule_group.rules_source.stateful_rule.rule_option: keyword
        ~.custom_action: action_definition action_name
        ~.custom_action.action_definition: publish_metric_action
        ~.custom_action.action_definition.publish_metric_action: dimension
        ~.custom_action.action_definition.publish_metric_action.dimension: value
        ~: stateless_rule
        ~.stateless_rule: priority rule_definition
        ~.stateless_rule.rule_definition: actions match_attributes
        ~.stateless_rule.rule_definition.match_attributes.destination: address_definition
        ~.stateless_rule.rule_definition.match_attributes.destination_port: from_port
        ~.stateless_rule.rule_definition.match_attributes.source: address_definition
        ~.stateless_rule.rule_definition.match_attributes.source_port: from_port
        ~.stateless_rule.rule_definition.match_attributes.tcp_flag: flags
        rule_group.stateful_rule_options: rule_order
    """,
    "aws_networkfirewall_vpc_endpoint_association": """
        subnet_mapping: subnet_id
    """,
    "aws_route53_record": """
        alias: name zone_id
        cidr_routing_policy: collection_id location_name
        failover_routing_policy: type
        geoproximity_routing_policy.coordinates: latitude longitude
        latency_routing_policy: region
        weighted_routing_policy: weight
    """,
    "aws_route53_resolver_endpoint": """
        -: ip_address
        ip_address: subnet_id
    """,
    "aws_route53_zone": """
        vpc: vpc_id
    """,
}


def _read(text: str) -> dict[str, frozenset[str]]:
    """By block ("" for none): what it has to hold."""
    pairs = (line.replace("~", _LONG).split(":") for line in text.strip().splitlines())
    return {block.strip().lstrip("-"): frozenset(names.split()) for block, names in pairs}


# By type and block, the names that have to be there wherever the block is.
REQUIRED_INSIDE: dict[str, dict[str, frozenset[str]]] = {type_: _read(text) for type_, text in _TEXT.items()}

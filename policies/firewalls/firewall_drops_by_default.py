from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, as_dict, as_list

_DROPS = {
    "aws:drop_strict",
    "aws:drop_established",
    "aws:drop_established_app_layer",
    "aws:drop_established_app_layer_to_server",
    "aws:drop_tls_established",
}


class FirewallDropsByDefault(ResourcePolicy):
    """In the default order, whatever no rule matches passes. In strict order the policy says what happens to the rest,
    and rules act in the order they are read. Stateless rules must hand everything on, or they decide alone.
    """

    id = "CKV_ISTHMUS_52"
    rating = "HIGH"
    info = "A firewall policy inspects everything in strict order and drops the rest"
    source = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html"
    resources = ("aws_networkfirewall_firewall_policy",)

    def problems(self, block: Block) -> Iterator[str]:
        policy = as_dict(block.values.get("firewall_policy"))
        order = as_dict(policy.get("stateful_engine_options")).get("rule_order", "DEFAULT_ACTION_ORDER")
        if order != "STRICT_ORDER":
            yield f"rule_order is {order}"
        if not _DROPS & set(as_list(policy.get("stateful_default_actions"))):
            yield "stateful_default_actions drop nothing"
        for argument in ("stateless_default_actions", "stateless_fragment_default_actions"):
            actions = as_list(policy.get(argument))
            if not {"aws:forward_to_sfe", "aws:drop"} & set(actions):
                yield f"{argument} is {actions}"
        for group in as_list(policy.get("stateful_rule_group_reference")):
            if order == "STRICT_ORDER" and not as_dict(group).get("priority"):
                yield "a rule group has no priority, which strict order needs"


check = FirewallDropsByDefault()

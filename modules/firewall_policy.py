"""The firewall policy of module `firewall`, and the rule groups that it refers to.

Without a rule that passes it, traffic is dropped. Rules are evaluated in strict order.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-policies.html
"""

from __future__ import annotations

from isthmus.intent import EgressVpc, Estate, FirewallPolicy
from isthmus.intent.firewall_rules import home_ranges
from modules.aws import (
    NetworkfirewallFirewallPolicy,
    NetworkfirewallFirewallPolicyEncryptionConfiguration,
    NetworkfirewallFirewallPolicyFirewallPolicy,
    NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariables,
    NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariables,
    NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariablesIpSet,
    NetworkfirewallFirewallPolicyFirewallPolicyStatefulEngineOptions,
    NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReference,
    NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReferenceOverride,
    NetworkfirewallRuleGroup,
    NetworkfirewallRuleGroupEncryptionConfiguration,
    NetworkfirewallRuleGroupRuleGroup,
    NetworkfirewallRuleGroupRuleGroupRulesSource,
    NetworkfirewallRuleGroupRuleGroupRuleVariables,
    NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSets,
    NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSetsIpSet,
    NetworkfirewallRuleGroupRuleGroupStatefulRuleOptions,
)
from modules.cdk import ModuleStack
from modules.iam_policy import organization_partition
from modules.lifecycle import CREATE_BEFORE_DESTROY
from modules.suricata_rules import MANAGED, Group, rule_groups
from modules.terraform_names import identifier


def firewall_policy(
    module: ModuleStack, estate: Estate, egress: EgressVpc, *, name: str, key_arn: str
) -> NetworkfirewallFirewallPolicy:
    """Add the policy and its rule groups to the module. `name` starts their names; `key_arn` encrypts them."""
    return _Policy(module, estate, egress.firewall or FirewallPolicy(), name, key_arn).add()


class _Policy:
    def __init__(self, module: ModuleStack, estate: Estate, policy: FirewallPolicy, name: str, key_arn: str) -> None:
        self.module, self.estate, self.policy, self.name, self.key_arn = module, estate, policy, name, key_arn

    def add(self) -> NetworkfirewallFirewallPolicy:
        own = [(group.priority, self._rule_group(group)) for group in rule_groups(self.estate, self.policy)]
        return self._policy([*self._managed(), *own])

    def _managed(self) -> list[tuple[int, str]]:
        """The priority and ARN of each rule group that AWS manages."""
        where = f"{organization_partition(self.estate)}:network-firewall:{self.estate.region}:aws-managed"
        names = sorted(self.policy.managed_rule_groups)
        return [(MANAGED + position, f"arn:{where}:stateful-rulegroup/{name}") for position, name in enumerate(names)]

    def _rule_group(self, group: Group) -> str:
        """Add a stateful rule group, and return its ARN.

        Each group sets its own variables. Without that, HOME_NET is the CIDR of the firewall's VPC.

        A new capacity replaces the rule group. AWS does not delete a group that a policy refers to, so the new group is
        created before the old one is destroyed. The capacity is part of the name, so that the two names differ.
        https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DeleteRuleGroup.html
        """
        full_name = f"{self.name}-{group.name}".replace("_", "-")
        # Escaped, because Terraform would read these as its own templates.
        literal = group.text.replace("${", "$${").replace("%{", "%%{")
        sets = [
            NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSets(
                key=key, ip_set=NetworkfirewallRuleGroupRuleGroupRuleVariablesIpSetsIpSet(definition=definition)
            )
            for key, definition in sorted(group.variables.items())
        ]
        made = self.module.add(
            NetworkfirewallRuleGroup,
            identifier(group.name),
            name=f"{full_name}-{group.capacity}",
            type="STATEFUL",
            capacity=group.capacity,
            rule_group=NetworkfirewallRuleGroupRuleGroup(
                rules_source=NetworkfirewallRuleGroupRuleGroupRulesSource(rules_string=literal),
                rule_variables=NetworkfirewallRuleGroupRuleGroupRuleVariables(ip_sets=sets) if sets else None,
                stateful_rule_options=NetworkfirewallRuleGroupRuleGroupStatefulRuleOptions(rule_order="STRICT_ORDER"),
            ),
            encryption_configuration=NetworkfirewallRuleGroupEncryptionConfiguration(
                type="CUSTOMER_KMS", key_id=self.key_arn
            ),
            tags={"Name": full_name},
            lifecycle=CREATE_BEFORE_DESTROY,
        )
        return self.module.ref(made, "arn")

    def _policy(self, groups: list[tuple[int, str]]) -> NetworkfirewallFirewallPolicy:
        home = NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariables(
            key="HOME_NET",
            ip_set=NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariablesRuleVariablesIpSet(
                definition=home_ranges(self.estate)
            ),
        )
        return self.module.add(
            NetworkfirewallFirewallPolicy,
            "this",
            name=self.name,
            firewall_policy=NetworkfirewallFirewallPolicyFirewallPolicy(
                stateless_default_actions=["aws:forward_to_sfe"],
                stateless_fragment_default_actions=["aws:forward_to_sfe"],
                stateful_engine_options=NetworkfirewallFirewallPolicyFirewallPolicyStatefulEngineOptions(
                    rule_order="STRICT_ORDER",
                    # The firewall resets a flow whose start it did not see. Otherwise the client waits for a timeout.
                    stream_exception_policy="REJECT",
                ),
                stateful_default_actions=self._default_actions(),
                stateful_rule_group_reference=[self._reference(*group) for group in sorted(groups)],
                policy_variables=NetworkfirewallFirewallPolicyFirewallPolicyPolicyVariables(rule_variables=[home]),
            ),
            encryption_configuration=NetworkfirewallFirewallPolicyEncryptionConfiguration(
                type="CUSTOMER_KMS", key_id=self.key_arn
            ),
            tags={"Name": self.name},
        )

    def _default_actions(self) -> list[str]:
        """The default actions for TCP traffic that no rule passes. Without an action that drops, it passes.

        https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
        """
        default = self.policy.default_action
        return [default.alert] if self.policy.alert_only else [default.alert, default.value]

    def _reference(
        self, priority: int, arn: str
    ) -> NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReference:
        """A reference to a rule group, with its priority.

        With `alert_only`, an override makes AWS's groups alert. The rules of all other groups alert by themselves.

        https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_StatefulRuleGroupOverride.html
        """
        override = None
        if self.policy.alert_only and ":aws-managed:" in arn:
            override = NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReferenceOverride(
                action="DROP_TO_ALERT"
            )
        return NetworkfirewallFirewallPolicyFirewallPolicyStatefulRuleGroupReference(
            priority=priority, resource_arn=arn, override=override
        )

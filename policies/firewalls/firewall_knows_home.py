from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources, as_dict, as_list

_POLICY = "aws_networkfirewall_firewall_policy"
_GROUP = "aws_networkfirewall_rule_group"


class FirewallKnowsHome(EstatePolicy):
    """Unless HOME_NET says otherwise, it is the block of the firewall's own VPC: rules and domain lists then match
    nothing that comes from a spoke, and an allow list lets everything of the spokes through or stops all of it.

    Set HOME_NET to the estate's blocks in the policy, or in every rule group.
    """

    id = "CKV_ISTHMUS_53"
    rating = "HIGH"
    info = "A firewall policy sets HOME_NET"
    source = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources(_POLICY)

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        policy = as_dict(block.values.get("firewall_policy"))
        if "HOME_NET" in _keys(as_dict(policy.get("policy_variables"))):
            return
        groups = [
            group
            for group in scanned.in_same_module(block, _GROUP)
            if group.address in block.references("firewall_policy") and group.literal("type") == "STATEFUL"
        ]
        if not groups:
            yield "neither its policy_variables nor a rule group in its module sets HOME_NET"
        for group in groups:
            variables = as_dict(as_dict(group.values.get("rule_group")).get("rule_variables"))
            if "HOME_NET" not in _keys(variables):
                yield f"neither its policy_variables nor {group.address} sets HOME_NET"


def _keys(variables: dict[str, object]) -> set[object]:
    """Both are lists of `rule_variables`/`ip_sets` blocks with a key."""
    found = [*as_list(variables.get("rule_variables")), *as_list(variables.get("ip_sets"))]
    return {item.get("key") for item in found if isinstance(item, dict)}


check = FirewallKnowsHome()

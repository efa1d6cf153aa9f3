from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, as_dict, as_list


class FirewallWaitsForNames(ResourcePolicy):
    """A TLS Client Hello may span several TCP segments, as those with post-quantum keys do. The first one says no name:
    `aws:drop_established` drops it, and the connection with it, although a rule passes the name.
    """

    id = "CKV_ISTHMUS_62"
    rating = "MEDIUM"
    info = "A firewall policy waits for the application protocol before it drops an established connection"
    source = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html"
    resources = ("aws_networkfirewall_firewall_policy",)

    def problems(self, block: Block) -> Iterator[str]:
        policy = as_dict(block.values.get("firewall_policy"))
        if not policy:
            yield "its firewall_policy cannot be read"
        for action in as_list(policy.get("stateful_default_actions")):
            if action == "aws:drop_established":
                yield "aws:drop_established drops a Client Hello with its first segment"
            elif not str(action).startswith("aws:"):
                yield f"what {action} drops cannot be read"


check = FirewallWaitsForNames()

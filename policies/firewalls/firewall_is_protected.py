from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy

_PROTECTIONS = ("delete_protection", "subnet_change_protection", "firewall_policy_change_protection")


class FirewallIsProtected(ResourcePolicy):
    """A firewall in the path of every spoke stops all of them when it is deleted or loses a subnet, and stops nothing
    when it gets another policy. All three protections are off unless they are asked for.
    """

    id = "CKV_ISTHMUS_50"
    rating = "MEDIUM"
    info = "A network firewall is protected from deletion and from changes of subnet and policy"
    source = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-settings.html"
    resources = ("aws_networkfirewall_firewall",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in _PROTECTIONS:
            value = block.literal(argument, False)
            if value is not True and not (argument == "subnet_change_protection" and block.given("transit_gateway_id")):
                yield f"{argument} is {value}"


check = FirewallIsProtected()

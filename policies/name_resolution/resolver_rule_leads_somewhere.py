from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class ResolverRuleLeadsSomewhere(ResourcePolicy):
    """`plan` accepts a forwarding rule without endpoint or target, and a system rule with targets; AWS refuses both."""

    id = "CKV_ISTHMUS_49"
    rating = "MEDIUM"
    info = "A forwarding rule has an endpoint and targets, a system rule has none"
    source = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html"
    resources = ("aws_route53_resolver_rule",)

    def problems(self, block: Block) -> Iterator[str]:
        kind = block.literal("rule_type")
        if kind == "FORWARD":
            if not block.given("resolver_endpoint_id"):
                yield "it forwards and has no resolver_endpoint_id"
            if not block.given("target_ip"):
                yield "it forwards and has no target_ip"
        elif kind == "SYSTEM":
            if block.given("target_ip") or block.has("resolver_endpoint_id"):
                yield "it is a system rule and names an endpoint or targets"
        elif kind != "RECURSIVE":
            yield f"rule_type is {kind}"


check = ResolverRuleLeadsSomewhere()

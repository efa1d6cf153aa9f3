from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, as_list, condition_keys, statements

_SERVICES = {"vpc-flow-logs.amazonaws.com", "delivery.logs.amazonaws.com"}
_SOURCE = {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"}


class FlowLogRoleNamesItsSource(ResourcePolicy):
    """The service acts for every AWS customer. Without a condition on whose flow log it acts for, another customer's
    flow log can be made to use the role (the confused deputy).
    """

    id = "CKV_ISTHMUS_46"
    rating = "MEDIUM"
    info = "A role for log delivery says whose logs it delivers"
    source = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html"
    resources = ("aws_iam_role",)

    def problems(self, block: Block) -> Iterator[str]:
        document = block.policy("assume_role_policy")
        if document is None:
            yield "its trust policy cannot be read"
            return
        for statement in statements(document):
            principal = statement.get("Principal")
            services = set(as_list(principal.get("Service"))) if isinstance(principal, dict) else set()
            if statement.get("Effect") == "Allow" and services & _SERVICES and not condition_keys(statement) & _SOURCE:
                yield f"{', '.join(sorted(services & _SERVICES))} may assume it for any account"


check = FlowLogRoleNamesItsSource()

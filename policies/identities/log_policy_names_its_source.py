from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy, allows_everyone, as_list, condition_keys, statements

_SOURCE = {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"}


class LogPolicyNamesItsSource(ResourcePolicy):
    """The log delivery service acts for every AWS customer: without a condition on the source, a tunnel in any
    account can write to the log group that documents your tunnels.
    """

    id = "CKV_ISTHMUS_47"
    rating = "MEDIUM"
    info = "A log resource policy says whose logs it takes"
    source = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html"
    resources = ("aws_cloudwatch_log_resource_policy",)

    def problems(self, block: Block) -> Iterator[str]:
        document = block.policy("policy_document")
        if document is None:
            yield "its policy cannot be read"
            return
        for statement in statements(document):
            principal = statement.get("Principal")
            services = as_list(principal.get("Service")) if isinstance(principal, dict) else []
            named = statement.get("Effect") == "Allow" and (services or allows_everyone(statement))
            if named and not condition_keys(statement) & _SOURCE:
                yield f"statement {statement.get('Sid', '')!r} has no condition on the source"


check = LogPolicyNamesItsSource()

"""Module `logs`: the KMS key of a root's log groups, and the role that delivers flow logs."""

from __future__ import annotations

from typing import Any

from isthmus.intent import Account, Environment, Estate
from modules.aws import IamRole, IamRolePolicy, KmsAlias, KmsKey
from modules.cdk import ModuleStack, TerraformOutput
from modules.iam_policy import allow, dns_suffix, document, organization_partition
from modules.provider import REQUIRED, global_name

KEY_ARN = "key_arn"
FLOW_LOGS_ROLE_ARN = "flow_logs_role_arn"


def logs(estate: Estate, environment: Environment) -> dict[str, Any]:
    """The module's Terraform. Outputs: `key_arn`, `flow_logs_role_arn`."""
    module = ModuleStack("logs", providers=REQUIRED)
    account = estate.account(environment.account)
    name = f"{estate.prefix}-{environment.name}"

    key = module.add(
        KmsKey,
        "this",
        description=f"Log groups of {name}",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=_key_policy(estate, account),
        tags={"Name": f"{name}-logs"},
    )
    module.add(KmsAlias, "this", name=f"alias/{name}-logs", target_key_id=module.ref(key, "key_id"))

    role_name = global_name(estate, f"flow-logs-{environment.name}")
    role = module.add(
        IamRole,
        "flow_logs",
        name=role_name,
        description=f"VPC and transit gateway flow logs of {name} to CloudWatch Logs",
        assume_role_policy=_flow_logs_trust(estate, account),
        tags={"Name": role_name},
    )
    policy = module.add(
        IamRolePolicy,
        "flow_logs",
        name="deliver-flow-logs",
        role=module.ref(role),
        policy=_flow_logs_policy(estate, account),
    )
    module.add(
        TerraformOutput,
        KEY_ARN,
        value=module.ref(key, "arn"),
        description="ARN of the KMS key of the root's log groups",
    )
    role_arn = module.add(
        TerraformOutput,
        FLOW_LOGS_ROLE_ARN,
        value=module.ref(role, "arn"),
        description="ARN of the role that delivers flow logs",
    )
    # A flow log fails if its role does not have its policy yet, so the output depends on the policy. cdktf would write
    # the dependency as a template, which Terraform refuses.
    role_arn.add_override("depends_on", [module.address(policy)])
    return module.emit()


def _log_groups(estate: Estate, account: Account) -> str:
    return f"arn:{organization_partition(estate)}:logs:{estate.region}:{account.id}:log-group:/{estate.prefix}/*"


def _key_policy(estate: Estate, account: Account) -> str:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    partition = organization_partition(estate)
    return document(
        allow(
            "AccountAdministersKey",
            principal={"AWS": f"arn:{partition}:iam::{account.id}:root"},
            actions=["kms:*"],
            resources=["*"],
        ),
        allow(
            "LogServiceUsesKey",
            principal={"Service": f"logs.{estate.region}.{dns_suffix(estate)}"},
            actions=["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": _log_groups(estate, account)}},
        ),
    )


def _flow_logs_trust(estate: Estate, account: Account) -> str:
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    source = f"arn:{organization_partition(estate)}:ec2:{estate.region}:{account.id}:vpc-flow-log/*"
    return document(
        allow(
            "FlowLogsAssumeRole",
            principal={"Service": "vpc-flow-logs.amazonaws.com"},
            actions=["sts:AssumeRole"],
            conditions={"StringEquals": {"aws:SourceAccount": account.id}, "ArnLike": {"aws:SourceArn": source}},
        )
    )


def _flow_logs_policy(estate: Estate, account: Account) -> str:
    groups = _log_groups(estate, account)
    return document(
        allow(
            "Deliver",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[groups, f"{groups}:log-stream:*"],
        ),
        # DescribeLogGroups has no resource type: https://docs.aws.amazon.com/service-authorization/latest/reference/
        allow("Find", actions=["logs:DescribeLogGroups"], resources=["*"]),
    )

"""Module `state`: the S3 bucket with the state of every root, its KMS key, and their policies.

A root reads outputs of roots in other accounts. So bucket and key allow all deployment roles of the organization to
read all states. Each account may only write below its own account id.
"""

from __future__ import annotations

from typing import Any

from isthmus.intent import Estate, S3Backend
from modules.aws import (
    KmsAlias,
    KmsKey,
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from modules.cdk import ModuleStack, TerraformOutput, TerraformResourceLifecycle
from modules.iam_policy import allow, deny, deployment_roles, document, each_deployment_role, organization_partition
from modules.provider import REQUIRED

KEY_PREFIX = "isthmus"
# A noncurrent version is kept for a year, and longer while it is one of the last twenty.
_VERSION_DAYS, _VERSIONS = 365, 20
_UPLOAD_DAYS = 7


def key_alias(estate: Estate) -> str:
    """The alias of the bucket's key. Every backend refers to the key by it."""
    return f"alias/{estate.prefix}-terraform-state"


def state_key(estate: Estate, account: str, environment: str) -> str:
    """The object key of an environment's state."""
    return f"{KEY_PREFIX}/{estate.name}/{account}/{estate.region}/{environment}.tfstate"


def state(estate: Estate, backend: S3Backend) -> dict[str, Any]:
    """The module's Terraform. Outputs: `bucket`, `key_arn`."""
    module = ModuleStack("state", providers=REQUIRED)
    keep = TerraformResourceLifecycle(prevent_destroy=True)
    key = module.add(
        KmsKey,
        "this",
        description=f"Terraform state of {estate.name}",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=_key_policy(estate, backend),
        tags={"Name": f"{estate.prefix}-terraform-state"},
        lifecycle=keep,
    )
    module.add(KmsAlias, "this", name=key_alias(estate), target_key_id=module.ref(key, "key_id"))
    bucket = module.add(S3Bucket, "this", bucket=backend.bucket, tags={"Name": backend.bucket}, lifecycle=keep)
    module.add(
        S3BucketOwnershipControls,
        "this",
        bucket=module.ref(bucket),
        rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
    )
    module.add(
        S3BucketPublicAccessBlock,
        "this",
        bucket=module.ref(bucket),
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    versions = module.add(
        S3BucketVersioningA,
        "this",
        bucket=module.ref(bucket),
        versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
    )
    module.add(
        S3BucketLifecycleConfiguration,
        "this",
        bucket=module.ref(bucket),
        rule=[_expire_old_versions()],
        depends_on=[versions],  # noncurrent versions exist only with versioning
    )
    by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="aws:kms", kms_master_key_id=module.ref(key, "arn")
    )
    module.add(
        S3BucketServerSideEncryptionConfigurationA,
        "this",
        bucket=module.ref(bucket),
        rule=[
            S3BucketServerSideEncryptionConfigurationRuleA(
                apply_server_side_encryption_by_default=by_default, bucket_key_enabled=True
            )
        ],
    )
    module.add(
        S3BucketPolicy, "this", bucket=module.ref(bucket), policy=_bucket_policy(estate, module.ref(bucket, "arn"))
    )
    module.add(TerraformOutput, "bucket", value=module.ref(bucket), description="The state bucket")
    module.add(TerraformOutput, "key_arn", value=module.ref(key, "arn"), description="The key of the state bucket")
    return module.emit()


def _expire_old_versions() -> S3BucketLifecycleConfigurationRule:
    """Expire old versions and delete markers. Each plan creates and deletes a lock object, which leaves one of each.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    return S3BucketLifecycleConfigurationRule(
        id="old-versions",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],  # all objects
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                noncurrent_days=_VERSION_DAYS, newer_noncurrent_versions=_VERSIONS
            )
        ],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=_UPLOAD_DAYS)
        ],
    )


def _key_policy(estate: Estate, backend: S3Backend) -> str:
    account = estate.account(backend.account)
    # In one account, the identity policies of the roles that run Terraform suffice.
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
    roles = [] if estate.organization is None else [_deployment_roles_use_key(estate)]
    return document(
        allow(
            "AccountAdministersKey",
            principal={"AWS": f"arn:{organization_partition(estate)}:iam::{account.id}:root"},
            actions=["kms:*"],
            resources=["*"],
        ),
        *roles,
    )


def _deployment_roles_use_key(estate: Estate) -> dict[str, Any]:
    return allow(
        "DeploymentRolesUseKey",
        principal={"AWS": "*"},
        actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        resources=["*"],
        conditions=deployment_roles(estate),
    )


def _bucket_policy(estate: Estate, bucket_arn: str) -> str:
    # The permissions that the backend needs: https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
    everyone = {"AWS": "*"}
    only_tls = deny(
        "OnlyTls",
        principal=everyone,
        actions=["s3:*"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
    if estate.organization is None:
        return document(only_tls)
    roles = each_deployment_role(estate)
    states = f"{bucket_arn}/{KEY_PREFIX}/{estate.name}"
    # An IAM policy variable. The second dollar sign escapes it for Terraform.
    own = f"{states}/$${{aws:PrincipalAccount}}/*"
    allowed = (
        ("List", "s3:ListBucket", bucket_arn),
        ("Read", "s3:GetObject", f"{states}/*"),
        ("WriteOwn", "s3:PutObject", own),
        # The lock object is the only object that Terraform deletes.
        ("Unlock", "s3:DeleteObject", f"{own}.tflock"),
    )
    return document(
        only_tls,
        *(
            allow(
                f"{name}{number}" if len(roles) > 1 else name,
                principal=everyone,
                actions=[action],
                resources=[resource],
                conditions=role,
            )
            for name, action, resource in allowed
            for number, role in enumerate(roles, start=1)
        ),
    )

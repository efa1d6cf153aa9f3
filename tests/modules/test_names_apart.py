"""Two Regions, and two estates, in the same accounts: no name that AWS takes once is made twice."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from isthmus.intent import Estate, S3Backend
from modules.synthesis import synthesize
from tests.modules.inventory import resources_of
from tests.modules.synthesized import estate_of

EXAMPLES = ("environments.estate", "examples.stage_4_central_egress")

# What has a name without it being unique: labels, and names inside of something else.
LABELS = {
    "aws_iam_role_policy": "inside its role",
    "aws_cloudwatch_log_metric_filter": "inside its log group",
    "aws_ram_resource_share": "a label",
    "aws_route53_record": "inside its zone",
    "aws_route53_resolver_endpoint": "a label",
    "aws_route53_resolver_firewall_rule": "inside its group",
    "aws_route53_resolver_rule": "a label",
    "aws_route53_resolver_rule_association": "a label",
    "aws_route53_zone": "private zones of one name live side by side",
    "aws_route53profiles_resource_association": "inside its profile",
    "aws_security_group": "inside its VPC",
}
NAMES = ("name", "alarm_name", "bucket", "dashboard_name", "policy_name")
# IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction.html
# Dashboards: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
# Buckets are unique in a partition: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
GLOBAL = ("aws_iam_role", "aws_cloudwatch_dashboard", "aws_s3_bucket")

Name = tuple[str, str, str, str]


def names(estate: Estate) -> Iterator[Name]:
    """Account, Region (empty where there is none), type and name of what AWS takes once."""
    for address, arguments in resources_of(synthesize(estate.check())).items():
        kind = address.rpartition("/")[2].split(".")[0]
        root = address.split("/")[0]
        # A reference is the name of something else.
        given = [arguments[name] for name in NAMES if name in arguments and not arguments[name].startswith("${")]
        if given and kind not in LABELS:
            backend = estate.backend
            owner = backend.account if root == "state" and isinstance(backend, S3Backend) else None
            account = estate.account(owner or estate.environment(root).account).id
            yield ("" if kind == "aws_s3_bucket" else account, "" if kind in GLOBAL else estate.region, kind, given[0])


def elsewhere(estate: Estate) -> Estate:
    """The same estate in another Region."""
    zones = [zone.replace("use1", "euc1") for zone in estate.zones]
    zones = [zone.replace("az4", "az3") for zone in zones]
    return replace(estate, region="eu-central-1", zones=zones)


@pytest.mark.parametrize("example", EXAMPLES)
def test_two_regions_share_no_name(example: str) -> None:
    one, other = list(names(estate_of(example))), list(names(elsewhere(estate_of(example))))
    assert {"aws_iam_role", "aws_cloudwatch_log_group", "aws_kms_alias"} <= {kind for _, _, kind, _ in one}
    assert len(set(one)) == len(one), "nor is one twice in an estate"
    assert set(one) & set(other) == set()


@pytest.mark.parametrize("example", EXAMPLES)
def test_two_estates_in_one_region_share_no_name_where_their_prefixes_differ(example: str) -> None:
    estate = estate_of(example)
    backends = [S3Backend(bucket=f"example-{which}", account="network-prod") for which in ("one", "other")]
    one = set(names(replace(estate, backend=backends[0])))
    other = set(names(replace(estate, name="labs", prefix="labs", backend=backends[1])))
    assert one & other == set()


def test_a_name_without_its_region_would_be_found() -> None:
    estate = estate_of(EXAMPLES[0])
    without = {(account, region, kind, name.replace("us-east-1", "")) for account, region, kind, name in names(estate)}
    there = {
        (account, region, kind, name.replace("eu-central-1", ""))
        for account, region, kind, name in names(elsewhere(estate))
    }
    assert {kind for _, _, kind, _ in without & there} == {"aws_iam_role", "aws_cloudwatch_dashboard"}

"""Two Regions, and two estates, in the same accounts: no name that AWS takes once is made twice.

Where it is, the second apply ends before it replaces anything that the first one made.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from isthmus.intent import Estate, HcpTerraform, LocalBackend, Observability, S3Backend, check
from modules.synthesis import synthesize
from tests.modules.dependencies import made_before
from tests.modules.inventory import EXAMPLES as ALL_EXAMPLES
from tests.modules.inventory import modules_of, resources_of
from tests.modules.synthesized import estate_of, files_of
from tests.terraform.order.estates import VPN, network, plain

EXAMPLES = ("environments.estate", "examples.stage_4_central_egress")

# What AWS refuses to make where the name is taken.
REFUSED = {
    "aws_cloudwatch_log_group": "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
    "API_CreateLogGroup.html",
    "aws_iam_role": "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
    "aws_kms_alias": "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
    "aws_lb": "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    # In us-east-1 AWS does not, and the provider does: https://github.com/hashicorp/terraform-provider-aws/pull/26011
    "aws_s3_bucket": "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html",
}

# What AWS replaces, or hands out again, where the name is taken; or of which it does not say that it refuses.
OVERWRITTEN = {
    "aws_cloudwatch_composite_alarm": "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
    "API_PutCompositeAlarm.html",
    "aws_cloudwatch_dashboard": "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
    "API_PutDashboard.html",
    "aws_cloudwatch_log_resource_policy": "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
    "API_PutResourcePolicy.html",
    "aws_cloudwatch_metric_alarm": "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/"
    "API_PutMetricAlarm.html",
    "aws_networkfirewall_firewall": "https://docs.aws.amazon.com/network-firewall/latest/APIReference/"
    "API_CreateFirewall.html",
    "aws_networkfirewall_firewall_policy": "https://docs.aws.amazon.com/network-firewall/latest/APIReference/"
    "API_CreateFirewallPolicy.html",
    "aws_networkfirewall_rule_group": "https://docs.aws.amazon.com/network-firewall/latest/APIReference/"
    "API_CreateRuleGroup.html",
    "aws_sns_topic": "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
}

# AWS identifies these resources by id. A taken name is refused or exists twice, and nothing is replaced.
BY_ID = {
    "aws_dx_gateway",
    "aws_dx_transit_virtual_interface",
    "aws_route53_resolver_firewall_domain_list",
    "aws_route53_resolver_firewall_rule_group",
    "aws_route53_resolver_firewall_rule_group_association",
    "aws_route53_resolver_query_log_config",
    "aws_route53profiles_association",
    "aws_route53profiles_profile",
}

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

# All alarms of an account and Region share their names.
SAME = {"aws_cloudwatch_composite_alarm": "aws_cloudwatch_metric_alarm"}

Name = tuple[str, str, str, str]


def names(estate: Estate) -> Iterator[Name]:
    """Account, Region (empty where there is none), type and name of what AWS takes once."""
    yield from (name for _, name in named(estate, synthesize(check(estate))))


def named(estate: Estate, files: Mapping[str, str]) -> Iterator[tuple[str, Name]]:
    """The names of `names`, each with the address of what has it."""
    for address, arguments in resources_of(files).items():
        kind = address.rpartition("/")[2].split(".")[0]
        root = address.split("/")[0]
        # A reference is the name of something else.
        given = [arguments[name] for name in NAMES if name in arguments and not arguments[name].startswith("${")]
        if given and kind not in LABELS:
            backend = estate.backend
            owner = backend.account if root == "state" and isinstance(backend, S3Backend) else None
            account = "" if kind == "aws_s3_bucket" else estate.account(owner or estate.environment(root).account).id
            yield address, (account, "" if kind in GLOBAL else estate.region, SAME.get(kind, kind), given[0])


def kind_of(address: str) -> str:
    """The type of a resource."""
    return address.rpartition("/")[2].split(".")[0]


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


# --- states


def states(estate: Estate) -> set[str]:
    """Where the roots of an estate keep their states."""
    roots = (document for place, document in modules_of(synthesize(check(estate))).items() if "/" not in place)
    kept = [{part: root["terraform"].get(part) for part in ("backend", "cloud")} for root in roots]
    return {json.dumps(where, sort_keys=True) for where in kept}


@pytest.mark.parametrize(
    "backend",
    [
        LocalBackend(),
        S3Backend(bucket="example-states", account="network-prod", region="us-east-1"),
        HcpTerraform(organization="example"),
    ],
    ids=lambda backend: backend.kind,
)
def test_neither_two_regions_nor_two_estates_share_a_state(backend: LocalBackend | S3Backend | HcpTerraform) -> None:
    estate = replace(estate_of(EXAMPLES[0]), backend=backend)
    own = states(estate)
    assert len(own) == len(estate.environments) + isinstance(backend, S3Backend)
    assert own & states(elsewhere(estate)) == set()
    assert own & states(replace(estate, name="labs")) == set()
    # The key of the state bucket has the prefix in its alias.
    assert own == states(replace(estate, prefix="labs")) or isinstance(backend, S3Backend), "a prefix may change"


# --- names that are taken


def overwritten(one: Estate, other: Estate) -> list[str]:
    """What the second of two estates would replace of the first one's."""
    taken = {name for _, name in named(one, synthesize(check(one)))}
    files = synthesize(check(other))
    its = dict(named(other, files))
    return unguarded(modules_of(files), {address for address, name in its.items() if name in taken})


def unguarded(documents: Mapping[str, Mapping[str, Any]], taken: set[str]) -> list[str]:
    """What is replaced where these resources have names that are taken: nothing before it is refused."""
    refused = {address for address in taken if kind_of(address) in REFUSED}
    replaced = [address for address in taken if kind_of(address) in OVERWRITTEN]
    return sorted(address for address in replaced if not refused & made_before(documents, address))


@pytest.mark.parametrize("example", ALL_EXAMPLES)
def test_of_every_name_it_is_known_what_aws_does_where_it_is_taken(example: str) -> None:
    kinds = {kind_of(address) for address, _ in named(estate_of(example), files_of(example))}
    assert kinds <= REFUSED.keys() | OVERWRITTEN.keys() | BY_ID


@pytest.mark.parametrize("example", ALL_EXAMPLES)
def test_an_estate_that_is_applied_twice_replaces_nothing(example: str) -> None:
    """Once more with another state, say by a colleague: every name is taken."""
    documents = modules_of(files_of(example))
    taken = {address for address, _ in named(estate_of(example), files_of(example))}
    assert unguarded(documents, taken) == []
    if example != "examples.stage_1_dev_only":
        assert {kind_of(address) for address in taken} & OVERWRITTEN.keys(), "or nothing is checked"


@pytest.mark.parametrize("example", ALL_EXAMPLES)
def test_without_the_order_of_modules_it_would_replace_all_that_aws_lets_it(example: str) -> None:
    documents = json.loads(json.dumps(modules_of(files_of(example))))
    for call in [call for document in documents.values() for call in document.get("module", {}).values()]:
        call.pop("depends_on", None)
    # Log groups are named after what they log, which may differ where the rest is the same.
    names_taken = {address for address, _ in named(estate_of(example), files_of(example))}
    taken = {address for address in names_taken if kind_of(address) != "aws_cloudwatch_log_group"}
    assert unguarded(documents, taken) == sorted(address for address in taken if kind_of(address) in OVERWRITTEN)


def watched(prefix: str, environment: str, connection: str) -> Estate:
    """A hub in an environment of that name, with one connection, and everything that is watched."""
    observability = Observability(notify=["network-team@example.com"])
    connections = [replace(VPN, name=connection)]
    return plain(prefix=prefix, **network(name=environment, vpn_connections=connections, observability=observability))


def shared(one: Estate, other: Estate) -> set[Name]:
    """The names that two estates have in common and that AWS lets the second one overwrite."""
    return {name for name in set(names(one)) & set(names(other)) if name[2] in OVERWRITTEN}


@pytest.mark.parametrize("other", [("a", "b-c", "x"), ("a-b", "c", "d"), ("a-b", "c", "x")], ids=" ".join)
def test_prefixes_and_environments_that_are_joined_to_one_name_replace_nothing(other: tuple[str, str, str]) -> None:
    """Whatever the words of prefix, environment and connection, such a name comes after one that AWS refuses."""
    one, second = watched("a", "b-c", "d"), watched(*other)
    assert {kind for _, _, kind, _ in shared(one, second)} >= {"aws_sns_topic", "aws_cloudwatch_log_resource_policy"}
    assert overwritten(one, second) == []


@pytest.mark.parametrize("other", [("a", "b", "c-d"), ("a-b-c", "d", "d"), ("a", "b-c-d", "d")], ids=" ".join)
def test_where_an_environment_ends_and_a_connection_begins_makes_another_name(other: tuple[str, str, str]) -> None:
    assert shared(watched("a", "b-c", "d"), watched(*other)) == set()


def test_connections_and_sites_of_like_names_have_alarms_of_their_own() -> None:
    """`x` has the tunnels `x` 1 and 2, `x-tunnel1` is a connection, and so is what is called like other alarms."""
    like = ["x", "x-tunnel1", "connection-x", "site-x", "x-down", "firewall-drops"]
    connections = [replace(VPN, name=name, number=number) for number, name in enumerate(like, 1)]
    estate = plain(**network(vpn_connections=connections, observability=Observability(notify=["a@example.com"])))
    there = [name for name in names(estate) if name[2] == "aws_cloudwatch_metric_alarm"]
    assert len(there) == len(set(there)) == 3 * len(like) + 1

"""What the roles may do: everything that an apply needs, nothing but reading in a plan, and no roles beyond those."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from isthmus.bootstrap.needs import AccountNeeds
from isthmus.bootstrap.policy import LONGEST, MOST_POLICIES
from isthmus.bootstrap.prepared_accounts import Bootstrap
from isthmus.output.folder import Output
from isthmus.terraform.provider_roles import provider_roles
from isthmus.terraform.reading import sources
from tests.bootstrap.operations import is_read, requests
from tests.bootstrap.prepared import ONE_ACCOUNT, REFERENCE, STATES, WORKSPACES, needs, output_of, prepared, roles
from tests.bootstrap.prepared import prepared_for_hcp as for_hcp
from tests.iam.evaluator import Request, allowed
from tests.modules.inventory import EXAMPLES

# Together they have nearly every resource type. The others are tried `nightly`.
OFTEN = (REFERENCE, ONE_ACCOUNT, "examples.stage_5_resilient_vpn", "examples.stage_9_third_party_firewalls")
KEY = "arn:aws:kms:us-east-1:222233334444:key/1"
OF_STATES = {"kms:ResourceAliases": ["alias/infra-terraform-state"], "aws:RequestedRegion": "us-east-1"}
BY_S3 = {**OF_STATES, "kms:ViaService": "s3.us-east-1.amazonaws.com"}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """The reference estate, with states in a bucket of the bootstrap."""
    return output_of(tmp_path_factory.mktemp("reference"), REFERENCE, STATES)


def may(policies: Iterable[str], request: Request) -> bool:
    return any(allowed(policy, request) for policy in policies)


def denied(output: Output, bootstrap: Bootstrap, own: Mapping[str, AccountNeeds]) -> Iterator[str]:
    """The requests of Terraform that a deployment role is not allowed, and the changes that a role for plans is."""
    deploy, plan = roles(bootstrap, "deploy"), roles(bootstrap, "plan")
    for name, one in own.items():
        for request in requests(output.estate, one):
            if not may(deploy[name][1].policies, request):
                yield f"{name}: {request.action} on {request.resource} is denied"
            reads = is_read(request.action)
            if may(plan[name][1].policies, request) is not reads:
                yield f"{name}: a plan {'may not' if reads else 'may'} {request.action}"


@pytest.mark.parametrize(
    "example", [one if one in OFTEN else pytest.param(one, marks=pytest.mark.nightly) for one in EXAMPLES]
)
def test_applies_may_do_what_they_need_and_plans_only_read(example: str, tmp_path: Path) -> None:
    output = output_of(tmp_path, example)
    bootstrap = prepared(output)
    assert [*denied(output, bootstrap, needs(output))] == []
    for one in bootstrap.accounts:
        for role in one.roles:
            assert len(role.policies) <= MOST_POLICIES
            assert all(len(policy) <= LONGEST for policy in role.policies)


@pytest.mark.parametrize(
    "change",
    [
        ("ec2:CreateVpc", "ec2:CreateVpcs"),
        ('"aws:RequestedRegion":"us-east-1"', '"aws:RequestedRegion":"us-east-2"'),
        ("role/infra-us-east-1-*", "role/infra-us-east-2-*"),
        ("log-group:/infra/*", "log-group:/other/*"),
        ("vpc-flow-logs.amazonaws.com", "ec2.amazonaws.com"),
    ],
)
def test_a_policy_that_lost_something_is_found(change: tuple[str, str], reference: Output) -> None:
    bootstrap = prepared(reference)
    for _, role in roles(bootstrap, "deploy").values():
        object.__setattr__(role, "policies", tuple(policy.replace(*change) for policy in role.policies))
    assert [*denied(reference, bootstrap, needs(reference))]


def test_a_plan_that_may_change_something_is_found(reference: Output) -> None:
    bootstrap = prepared(reference)
    (_, role), *_ = roles(bootstrap, "plan").values()
    object.__setattr__(role, "policies", tuple(policy.replace("ec2:Describe*", "ec2:*") for policy in role.policies))
    assert any(": a plan may ec2:Create" in each for each in denied(reference, bootstrap, needs(reference)))


@pytest.mark.parametrize("backend", [None, STATES])
def test_the_root_modules_assume_the_roles_that_are_created(backend: Any, tmp_path: Path) -> None:
    """The first role of each provider is a deployment role. The others are created by the output."""
    output = output_of(tmp_path, REFERENCE, backend)
    deploy = roles(prepared(output), "deploy")
    created = {f"arn:aws:iam::{one.account.id}:role/{role.name}": role for one, role in deploy.values()}
    chains = provider_roles(sources(tmp_path)).values()
    assert {chain[0] for chain in chains if isinstance(chain, tuple)} == created.keys()
    made = {
        f"arn:aws:iam::{resource.account}:role/{resource.get('name')}"
        for resource in output.graph.resources.values()
        if resource.type == "aws_iam_role"
    }
    for chain in chains:
        assert isinstance(chain, tuple)
        for first, second in pairwise(chain):
            assert second in made
            assert may(created[first].policies, Request("sts:AssumeRole", second))
    assert set(backend_roles(tmp_path)) <= created.keys()
    assert backend is None or set(backend_roles(tmp_path)) == created.keys()


def backend_roles(folder: Path) -> Iterator[str]:
    """The roles that backends and remote states assume."""
    for path in folder.glob("stacks/*/cdk.tf.json"):
        document = json.loads(path.read_text())
        states = document.get("data", {}).get("terraform_remote_state", {})
        for config in [*document["terraform"]["backend"].values(), *(one["config"] for one in states.values())]:
            if "assume_role" in config:
                yield config["assume_role"]["role_arn"]


def test_states_are_written_below_their_account_and_read_by_plans(reference: Output) -> None:
    bootstrap = prepared(reference)
    bucket = next(one.states for one in bootstrap.accounts if one.states is not None)
    for name, (one, role) in roles(bootstrap, "deploy").items():
        plan = roles(bootstrap, "plan")[name][1]
        states = "arn:aws:s3:::example-states/isthmus/example"
        own = f"{states}/{one.account.id}/us-east-1/x.tfstate"
        for who, writes in ((role, True), (plan, False)):
            keys = {
                "aws:PrincipalOrgID": "o-exampleorg",
                "aws:PrincipalArn": f"arn:aws:iam::{one.account.id}:role/{who.name}",
                "aws:PrincipalAccount": one.account.id,
                "aws:SecureTransport": "true",
            }

            def both(
                action: str,
                resource: str,
                keys: dict[str, str] = keys,
                policies: tuple[str, ...] = who.policies,
            ) -> bool:
                """Across accounts, both sides must allow an action."""
                granted = allowed(bucket.bucket_policy.replace("${", "$${"), Request(action, resource, keys))
                return granted and may(policies, Request(action, resource, keys))

            assert both("s3:GetObject", f"{states}/999999999999/x.tfstate")
            assert both("s3:ListBucket", "arn:aws:s3:::example-states")
            assert both("s3:PutObject", own) is writes
            assert both("s3:DeleteObject", f"{own}.tflock") is writes
            assert not both("s3:DeleteObject", own)
            assert not both("s3:PutObject", f"{states}/999999999999/x.tfstate")
            assert not both("s3:GetObject", own, {**keys, "aws:SecureTransport": "false"})
            for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                granted = allowed(bucket.key_policy.replace("arn:aws:iam::222233334444:root", "*"), Request(action))
                assert may(who.policies, Request(action, KEY, BY_S3)) is (writes or action == "kms:Decrypt")
                assert not may(who.policies, Request(action, KEY, OF_STATES))
                assert granted


def test_the_key_of_the_states_is_no_key_of_the_network(reference: Output) -> None:
    policies = roles(prepared(reference), "deploy")["infra-shared-prod"][1].policies
    for action in ("kms:ScheduleKeyDeletion", "kms:PutKeyPolicy", "kms:DisableKey"):
        assert may(policies, Request(action, KEY, {"aws:RequestedRegion": "us-east-1"}))
        assert not may(policies, Request(action, KEY, OF_STATES))


def test_no_deployment_role_can_change_itself(reference: Output) -> None:
    for one, role in roles(prepared(reference), "deploy").values():
        for name in ("isthmus-deploy", "isthmus-deploy-plan", "isthmus-deploy-sign-in", "Admin"):
            arn = f"arn:aws:iam::{one.account.id}:role/{name}"
            for action in ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:PassRole", "sts:AssumeRole"):
                assert not may(role.policies, Request(action, arn, {"iam:PassedToService": "ec2.amazonaws.com"}))
        assert not may(role.policies, Request("iam:AttachRolePolicy", f"arn:aws:iam::{one.account.id}:role/infra-x"))


def statements(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found


def test_the_pipeline_signs_in_with_exact_subjects(reference: Output) -> None:
    bootstrap = prepared(reference, "example@12/network@34")
    subjects = {"sign_in": "production", "plan_sign_in": "network-plan"}
    for kind, environment in subjects.items():
        ((one, role),) = roles(bootstrap, kind).values()
        (statement,) = statements(role.trust)
        assert one.account.name == "network-prod"
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [f"repo:example@12/network@34:environment:{environment}"],
            }
        }
        targets = {"sign_in": "deploy", "plan_sign_in": "plan"}
        arns = {
            f"arn:aws:iam::{member.account.id}:role/{target.name}"
            for member, target in roles(bootstrap, targets[kind]).values()
        }
        (may_assume,) = statements(role.policies[0])
        assert set(may_assume["Resource"]) == arns
        for _, target in roles(bootstrap, targets[kind]).values():
            (trusted,) = statements(target.trust)
            assert trusted["Condition"] == {
                "ArnEquals": {"aws:PrincipalArn": [f"arn:aws:iam::111122223333:role/{role.name}"]}
            }


def test_a_workspace_signs_in_with_its_own_subject(tmp_path: Path) -> None:
    output = output_of(tmp_path, REFERENCE, WORKSPACES)
    bootstrap = for_hcp(output)
    assert not roles(bootstrap, "plan")
    assert not roles(bootstrap, "plan_sign_in")
    ((_, role),) = roles(bootstrap, "sign_in").values()
    (statement,) = statements(role.trust)
    names = {
        json.loads(path.read_text())["terraform"]["cloud"]["workspaces"]["name"]
        for path in tmp_path.glob("stacks/*/cdk.tf.json")
    }
    assert statement["Condition"]["StringEquals"]["app.terraform.io:sub"] == sorted(
        f"organization:example:project:Networks:workspace:{name}:run_phase:{phase}"
        for name in names
        for phase in ("apply", "plan")
    )


def test_one_account_has_two_roles_that_the_pipeline_takes_directly(tmp_path: Path) -> None:
    bootstrap = prepared(output_of(tmp_path, ONE_ACCOUNT))
    (one,) = bootstrap.accounts
    assert {role.name for role in one.roles} == {"isthmus-deploy", "isthmus-deploy-plan"}
    assert not any("sts:AssumeRole" in policy for role in one.roles for policy in role.policies)


@pytest.mark.parametrize("example", [REFERENCE, ONE_ACCOUNT])
def test_no_trust_has_a_wildcard(example: str, tmp_path: Path) -> None:
    for one in prepared(output_of(tmp_path, example)).accounts:
        for role in one.roles:
            assert "*" not in role.trust
            assert all(statement["Condition"] for statement in statements(role.trust))


def test_other_roles_that_run_terraform_reach_the_states(tmp_path: Path) -> None:
    """`deployers` are in the policies of the root module `state`, so they are in those of the bootstrap."""
    output = output_of(tmp_path, REFERENCE, STATES)
    assert output.estate.organization is not None
    organization = replace(output.estate.organization, deployers=["tfc-run"])
    bootstrap = prepared(replace(output, estate=replace(output.estate, organization=organization)))
    bucket = next(one.states for one in bootstrap.accounts if one.states is not None)
    for role, writes in (("isthmus-deploy", True), ("isthmus-deploy-plan", False), ("tfc-run", True), ("x", None)):
        arn = f"arn:aws:iam::*:role/{role}"
        granted = [one for one in statements(bucket.bucket_policy) if arn in json.dumps(one.get("Condition"))]
        assert {one["Action"] for one in granted} == (
            set()
            if writes is None
            else {"s3:ListBucket", "s3:GetObject", *({"s3:PutObject", "s3:DeleteObject"} if writes else ())}
        )

"""The CloudFormation template: sound, and in each account the same as what was computed for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isthmus.bootstrap.cloudformation import cloudformation
from isthmus.bootstrap.files import INLINE, files_of
from isthmus.bootstrap.prepared_accounts import Bootstrap
from tests.bootstrap.prepared import ONE_ACCOUNT, REFERENCE, STATES, WORKSPACES, output_of, prepared, prepared_for_hcp

NOTHING = object()


class Stack:
    """A template in one account: CloudFormation's functions, as far as the template uses them."""

    def __init__(self, template: dict[str, Any], account: str) -> None:
        self.template, self.account = template, account

    def holds(self, name: str) -> bool:
        return bool(self.value(self.template["Conditions"][name]))

    def resources(self) -> dict[str, Any]:
        """What exists in this account."""
        listed = self.template["Resources"].items()
        return {name: self.value(body["Properties"]) for name, body in listed if self.holds(body["Condition"])}

    def value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [found for part in value if (found := self.value(part)) is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, given),) = value.items()
            match name:
                case "Ref":
                    return {"AWS::AccountId": self.account, "AWS::NoValue": NOTHING}.get(given, given)
                case "Condition" if isinstance(given, str):
                    return self.holds(given)
                case "Fn::If":
                    return self.value(given[1] if self.holds(given[0]) else given[2])
                case "Fn::Equals":
                    return self.value(given[0]) == self.value(given[1])
                case "Fn::Or":
                    assert 2 <= len(given) <= 10
                    return any(self.value(part) for part in given)
                case "Fn::FindInMap":
                    return self.template["Mappings"][given[0]][self.value(given[1])][given[2]]
                case "Fn::Sub":
                    own = given.replace("${AWS::AccountId}", self.account)
                    assert "${" not in own.replace("${!", "")
                    return own.replace("${!", "${")
                case "Fn::GetAtt":
                    return ".".join(given)
        return {key: self.value(part) for key, part in value.items()}


def problems(bootstrap: Bootstrap, template: dict[str, Any]) -> list[str]:
    """Where the stack of an account differs from what was computed for it."""
    found = []
    for one in bootstrap.accounts:
        made = Stack(template, one.account.id).resources()
        policies = {
            name: (body["ManagedPolicyName"], body["PolicyDocument"])
            for name, body in made.items()
            if name.rstrip("0123456789").endswith("Policy") and "ManagedPolicyName" in body
        }
        roles = {
            body["RoleName"]: (
                body.get("Path", "/"),
                body["AssumeRolePolicyDocument"],
                [policies[name] for name in body["ManagedPolicyArns"]],
            )
            for name, body in made.items()
            if name.endswith("Role")
        }
        expected = {
            role.short_name: (
                role.path,
                json.loads(role.trust),
                [(f"{role.short_name}-{n}", json.loads(text)) for n, text in enumerate(role.policies, start=1)],
            )
            for role in one.roles
        }
        if roles != expected:
            found.append(f"{one.account.name}: roles")
        if len(policies) != sum(len(role.policies) for role in one.roles):
            found.append(f"{one.account.name}: policies")
        if ("OidcProvider" in made) is not (one.oidc is not None):
            found.append(f"{one.account.name}: OidcProvider")
        documents = [made[name].get("KeyPolicy", made[name].get("PolicyDocument")) for name in made if "State" in name]
        states = [] if one.states is None else [json.loads(one.states.key_policy), json.loads(one.states.bucket_policy)]
        if [document for document in documents if document is not None] != states:
            found.append(f"{one.account.name}: states")
    return found


@pytest.fixture(scope="module")
def bootstraps(tmp_path_factory: pytest.TempPathFactory) -> list[Bootstrap]:
    """Several accounts with states in a bucket, workspaces, and one account."""
    folder = tmp_path_factory.mktemp("outputs")
    return [
        prepared(output_of(folder / "bucket", REFERENCE, STATES)),
        prepared_for_hcp(output_of(folder / "workspaces", REFERENCE, WORKSPACES)),
        prepared(output_of(folder / "one", ONE_ACCOUNT)),
    ]


def test_each_account_gets_what_was_computed_for_it(bootstraps: list[Bootstrap]) -> None:
    for bootstrap in bootstraps:
        assert problems(bootstrap, cloudformation(bootstrap)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ec2:CreateVpc", "ec2:CreateVpcs"),
        ("${!aws:PrincipalAccount}", "${!aws:PrincipalOrgID}"),
        ("${aws:PrincipalAccount}", "*"),
        ("environment:production", "*"),
        ('"Group": "2"', '"Group": "1"'),
    ],
)
def test_a_template_that_differs_is_found(old: str, new: str, bootstraps: list[Bootstrap]) -> None:
    template = json.dumps(cloudformation(bootstraps[0]))
    if old in template:
        assert problems(bootstraps[0], json.loads(template.replace(old, new)))
    else:
        assert old == "${!aws:PrincipalAccount}", "a bucket policy names no account, so it is no substitution"


def test_resources_keep_their_logical_ids_when_accounts_go(tmp_path: Path, bootstraps: list[Bootstrap]) -> None:
    """CloudFormation would create a role of another logical id before it deletes the old one, with the same name."""
    template = cloudformation(bootstraps[0])
    smaller = Bootstrap(bootstraps[0].estate, bootstraps[0].region, bootstraps[0].accounts[:2])
    for one in smaller.accounts:
        whole, part = (Stack(each, one.account.id).resources() for each in (template, cloudformation(smaller)))
        assert whole == part


@pytest.mark.nightly
def test_cfn_lint_has_nothing_to_say(bootstraps: list[Bootstrap]) -> None:
    for bootstrap in bootstraps:
        assert linted(files_of(bootstrap)["cloudformation.json"].decode()) == []
    text = files_of(bootstraps[0])["cloudformation.json"].decode()
    assert linted(text.replace('"ManagedPolicyArns"', '"ManagedPolicies"'))


def test_templates_can_be_passed_with_a_request(bootstraps: list[Bootstrap]) -> None:
    assert all(len(files_of(bootstrap)["cloudformation.json"]) <= INLINE for bootstrap in bootstraps)


def linted(text: str) -> list[str]:
    """What cfn-lint finds, by the rules that its command line uses."""
    from cfnlint.api import ManualArgs, lint

    return [str(match) for match in lint(text, config=ManualArgs(regions=["us-east-1"]))]


def test_the_states_stay_when_the_stack_goes(bootstraps: list[Bootstrap]) -> None:
    resources = cloudformation(bootstraps[0])["Resources"]
    kept = {name for name, body in resources.items() if body.get("DeletionPolicy") == "Retain"}
    assert kept == {"StateBucket", "StateBucketPolicy", "StateKey", "StateKeyAlias"}
    assert all(resources[name]["UpdateReplacePolicy"] == "Retain" for name in kept)

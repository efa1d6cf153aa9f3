"""An estate with one account and no organization: nothing is shared, and conditions name the account."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from isthmus.intent import (
    Account,
    CentralEndpoints,
    Estate,
    HybridDns,
    InvalidEstate,
    Organization,
    PrivateZone,
    S3Backend,
    check,
)
from isthmus.intent.intent_file import from_document
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of, files_of

EXAMPLE = "examples.one_account"
ACCOUNT = "111122223333"


def resources(files: dict[str, str], kind: str) -> list[dict[str, Any]]:
    """Every resource of one type."""
    found = []
    for name, text in files.items():
        if name.endswith(".tf.json"):
            found += json.loads(text).get("resource", {}).get(kind, {}).values()
    return found


def with_everything() -> Estate:
    """The example with what a bigger estate shares with its organization: names, endpoints, states."""
    estate = estate_of(EXAMPLE)
    [network] = estate.environments
    larger = replace(
        network,
        dns=HybridDns(spoke="data", private_zones=[PrivateZone("aws.example.com")]),
        endpoints=CentralEndpoints(services=["s3", "sts"]),
    )
    backend = S3Backend(bucket="example-states", account=estate.accounts[0])
    return check(replace(estate, environments=[larger], backend=backend))


def test_nothing_is_shared_and_no_other_account_may_do_anything() -> None:
    files = synthesize(with_everything())
    text = "".join(text for name, text in files.items() if name.endswith(".tf.json"))
    assert "OrgID" not in text
    assert "o-example" not in text
    assert not [name for name in ("aws_ram_resource_share", "aws_ram_principal_association") if f'"{name}"' in text]
    for role in resources(files, "aws_iam_role"):
        [statement] = json.loads(role["assume_role_policy"])["Statement"]
        assert set(statement["Principal"]) == {"Service"}, role


def test_endpoint_policies_name_the_account() -> None:
    files = synthesize(with_everything())
    found = [*resources(files, "aws_vpc_endpoint"), *resources(files, "aws_vpc_endpoint_policy")]
    policies = [json.loads(one["policy"]) for one in found if "policy" in one]
    assert len(policies) == 2
    for policy in policies:
        first = policy["Statement"][0]
        assert first["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    [sts] = [policy for policy in policies if any(one["Sid"] == "Federation" for one in policy["Statement"])]
    assert sts["Statement"][1]["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}


def test_policies_of_the_state_grant_nothing_beyond_the_account() -> None:
    files = synthesize(with_everything())
    [bucket] = resources(files, "aws_s3_bucket_policy")
    assert [one["Effect"] for one in json.loads(bucket["policy"])["Statement"]] == ["Deny"]
    [key] = [one for one in resources(files, "aws_kms_key") if "state" in str(one.get("description")).lower()]
    [statement] = json.loads(key["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_the_intent_comes_back_from_its_document() -> None:
    assert from_document(files_of(EXAMPLE)["intent.json"]) == estate_of(EXAMPLE)


ORGANIZATION = Organization(
    arn="arn:aws:organizations::999900001111:organization/o-exampleorg", accounts=estate_of(EXAMPLE).accounts
)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"accounts": []}, "it has no organization and no account"),
        (
            {"accounts": [Account("main", id=ACCOUNT), Account("other", id="222233334444")]},
            'it has no organization, and accounts "main", "other"',
        ),
        ({"organization": ORGANIZATION}, 'it has an organization, and accounts "main"'),
    ],
)
def test_an_estate_has_an_organization_or_one_account(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidEstate) as raised:
        check(replace(estate_of(EXAMPLE), **given))
    assert problem in str(raised.value)
    assert "accounts-without-organization" in {one.rule for one in raised.value.problems}


def test_another_account_needs_an_organization() -> None:
    estate = estate_of(EXAMPLE)
    other = replace(estate.environments[0], account=Account("other", id="222233334444"))
    with pytest.raises(InvalidEstate, match=r"write organization=Organization\(\.\.\.\) with it"):
        check(replace(estate, environments=[other]))

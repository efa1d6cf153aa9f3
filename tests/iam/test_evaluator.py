"""The evaluator itself, against examples of IAM's documentation."""

import json
from typing import Any

import pytest

from tests.iam.evaluator import Request, allowed


def policy(*statements: dict[str, Any]) -> str:
    usual = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**usual, **statement} for statement in statements]})


ANY = Request("ec2:CreateTags", "arn:aws:ec2:us-east-1:1:x/y")


def test_nothing_is_allowed_unless_a_statement_allows_it() -> None:
    assert not allowed(policy({"Action": "s3:*"}), ANY)
    assert allowed(policy({"Action": ["s3:*", "EC2:createtags"]}), ANY)


def test_a_denial_wins() -> None:
    assert not allowed(policy({}, {"Effect": "Deny"}), ANY)


def test_every_resource_of_an_action_has_to_be_allowed() -> None:
    only = policy({"Resource": "arn:aws:ec2:*:1:x/*"})
    assert allowed(only, ANY)
    assert not allowed(only, ANY, Request("ec2:CreateTags", "arn:aws:ec2:us-east-1:2:x/y"))


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringEquals": {"k": ["a", "b"]}}, {"k": "b"}, True),
        ({"StringEquals": {"k": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"k": "a"}}, {}, True),
        ({"StringEqualsIfExists": {"k": "a"}}, {"k": "b"}, False),
        ({"Null": {"k": "true"}}, {}, True),
        ({"Null": {"k": "true"}}, {"k": "a"}, False),
        ({"Null": {"k": "false"}}, {"k": "a"}, True),
        ({"ArnLike": {"k": "arn:aws:iam::*:role/deploy"}}, {"k": "arn:aws:iam::1:role/deploy"}, True),
        ({"ArnLike": {"k": "arn:aws:iam::*:role/deploy"}}, {"k": "arn:aws:iam::1:role/other"}, False),
        ({"ForAnyValue:StringLike": {"k": "o/*/u/*"}}, {"k": ["o/r/v/", "o/r/u/"]}, True),
        ({"ForAnyValue:StringLike": {"k": "o/*/u/*"}}, {}, False),
        ({"ForAllValues:StringNotEquals": {"k": "a"}}, {"k": ["b", "a"]}, False),
        ({"ForAllValues:StringNotEquals": {"k": "a"}}, {"k": ["b"]}, True),
        ({"ForAllValues:StringNotEquals": {"k": "a"}}, {}, True),
        ({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "b"}, False),
        ({"StringEquals": {"k": "a"}, "Null": {"l": "true"}}, {"k": "a", "l": "x"}, False),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, Any], holds: bool) -> None:
    assert allowed(policy({"Condition": condition}), Request(ANY.action, ANY.resource, context)) is holds


def test_a_statement_that_names_no_resource_is_malformed() -> None:
    with pytest.raises(ValueError, match="without a resource"):
        allowed('{"Statement": [{"Effect": "Allow", "Action": "ec2:*"}]}', ANY)


@pytest.mark.parametrize(
    "statement", [{"Condition": {"IpAddress": {"k": "a"}}}, {"NotAction": "x"}, {"Principal": "1"}]
)
def test_what_is_not_known_is_an_error(statement: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        allowed(policy(statement), ANY)

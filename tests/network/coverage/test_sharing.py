"""What is of another account is used only where it is shared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from isthmus.network.answers import Outcome
from isthmus.proof.reading import subject
from isthmus.terraform.graph import Resource, Unknown
from tests.network.coverage.test_with_unknowns import BASE, HUB, graph, made, not_evaluated, outcomes, ref

CONSUMER, OWNER = "111111111111", "222222222222"
USER = "aws_ec2_transit_gateway_vpc_attachment.a"
ORGANIZATION = "arn:aws:organizations::333333333333:organization/o-example"


def accounts(*extra: Resource) -> list[Resource]:
    """The hub of one account, and the attachment of one VPC of another."""
    owned = {HUB: OWNER, USER: CONSUMER}
    return [replace(r, account=owned.get(r.address, r.account)) for r in (*BASE, *extra)]


def share(principal: Any, of: str = HUB) -> list[Resource]:
    where = ref("aws_ram_resource_share.s", "arn")
    return [
        made("aws_ram_resource_share.s", name="s"),
        made("aws_ram_resource_association.s", resource_arn=ref(of, "arn"), resource_share_arn=where),
        made("aws_ram_principal_association.s", principal=principal, resource_share_arn=where),
    ]


@pytest.mark.parametrize("principal", [CONSUMER, ORGANIZATION, f"arn:aws:iam::{CONSUMER}:role/x"])
def test_what_is_shared_may_be_used(principal: Any) -> None:
    assert not_evaluated(*accounts(*share(principal))) == {}


@pytest.mark.parametrize(
    "extra",
    [
        [],
        share(OWNER),
        share(f"arn:aws:iam::{OWNER}:role/x"),
        share(CONSUMER, "aws_vpc.a"),
        share(CONSUMER)[:2],
        [share(CONSUMER)[0], share(CONSUMER)[2]],
        share(Unknown("var.principal")),
        [
            *share(CONSUMER)[:2],
            made("aws_ram_principal_association.s", principal=CONSUMER, resource_share_arn="arn:aws:ram:x"),
        ],
    ],
    ids=["no share", "account", "role", "something else", "no principal", "nothing", "unknown", "share elsewhere"],
)
def test_what_is_not_shared_is_unknown(extra: list[Resource]) -> None:
    found = not_evaluated(*accounts(*extra))
    assert found.keys() == {USER}
    assert f"share that with account {CONSUMER}" in found[USER].why
    assert outcomes(subject(graph(*accounts(*extra))))["a", "b"][0] is Outcome.UNKNOWN


def test_one_account_shares_nothing_with_itself() -> None:
    assert not_evaluated(*BASE) == {}


def test_what_a_state_holds_was_taken_by_aws() -> None:
    stored = [replace(r, written=None) for r in accounts()]
    assert not_evaluated(*stored) == {}

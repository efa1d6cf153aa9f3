"""Root modules applied in the printed order, and destroyed in the opposite one: none lacks what it needs of another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from isthmus.intent import Estate, S3Backend, check
from isthmus.intent.checks import problems
from isthmus.testing.strategies import estates
from tests.modules.inventory import EXAMPLES
from tests.modules.synthesized import estate_of, files_of
from tests.properties.budget import share
from tests.properties.changes import KINDS
from tests.properties.laws import Output, made
from tests.properties.root_order import Roots, breaks_on_the_way, one_apply, out_of_step


@settings(max_examples=share(5))
@given(estates(largest=4))
def test_each_root_finds_what_it_needs_in_the_printed_order(estate: Estate) -> None:
    roots = Roots(made(estate))
    event(f"{len(roots.order)} roots in {len(roots.steps)} steps")
    assert list(out_of_step(roots)) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_do_too(example: str) -> None:
    roots = Roots(Output(estate_of(example), files_of(example)))
    assert list(out_of_step(roots)) == []
    if len(roots.order) > 1:
        assert list(breaks_on_the_way(roots.order[::-1], roots.needs)), "the opposite order is for destruction alone"


@settings(max_examples=share(5))
@given(data=st.data(), estate=estates(largest=3))
def test_one_order_of_a_change_leaves_no_root_without_what_it_reads(data: st.DataObject, estate: Estate) -> None:
    """What adds goes in the printed order, what takes away in the opposite (docs/how-to/apply.md)."""
    kind = data.draw(st.sampled_from(KINDS))
    change = data.draw(kind(estate), label=kind.__name__)
    if change is None or list(problems(change.estate)):
        event(f"{kind.__name__}: no change")
        return
    event(kind.__name__)
    before, after = Roots(made(estate)), Roots(made(change.estate))
    forwards, backwards = (list(one_apply(before, after, opposite=opposite)) for opposite in (False, True))
    assert not (forwards and backwards), "\n".join([f"{change}", *forwards, *backwards])


@cache
def stored() -> Output:
    """The reference estate with its states in S3: roots read outputs, assume roles, and use a bucket and a key."""
    backend = S3Backend(bucket="example-states", account="network-prod")
    return made(check(replace(estate_of("environments.estate"), backend=backend)))


def test_roots_need_outputs_roles_and_the_bucket_of_the_states() -> None:
    roots = Roots(stored())
    assert roots.steps == [["state"], ["network"], ["shared-services"], ["dev", "prod", "test"]]
    assert {need.what for need in roots.needs["prod"]} >= {
        "output transit_gateway_id",
        "output dns_profile_id",
        "network/hub/aws_iam_role.join_workloads",
        "state/state/aws_kms_alias.this",
        "state/state/aws_s3_bucket.this",
    }
    assert list(out_of_step(roots)) == []


def _manifest(root: str, *waits_for: str) -> Callable[[dict[str, Any]], None]:
    def rewrite(files: dict[str, Any]) -> None:
        files["manifest.json"]["stacks"][root]["dependencies"] = list(waits_for)

    return rewrite


def _role_of_nothing(files: dict[str, Any]) -> None:
    files["stacks/prod/cdk.tf.json"]["provider"]["aws"][1]["assume_role"][1]["role_arn"] += "-x"


def _reads_dev(files: dict[str, Any]) -> None:
    """Reads a root of its own step, by a state and not by a name of the manifest."""
    data = files["stacks/prod/cdk.tf.json"]["data"]["terraform_remote_state"]
    data["shared_services"]["config"] = files["stacks/dev/cdk.tf.json"]["terraform"]["backend"]["s3"]


@pytest.mark.parametrize(
    ("rewrite", "expected"),
    [
        (_manifest("prod", "state", "network"), "prod needs Need(maker='shared-services'"),
        (_manifest("network"), "network is applied before state (state/state/aws_s3_bucket.this)"),
        (_manifest("shared-services", "state"), "shared-services needs Need(maker='network'"),
        (_role_of_nothing, "prod is applied before nothing (111122223333:role/infra-us-east-1-join-workloads-x)"),
        (_reads_dev, "prod needs Need(maker='dev'"),
    ],
)
def test_a_root_that_comes_too_early_is_found(rewrite: Callable[[dict[str, Any]], None], expected: str) -> None:
    files = {name: json.loads(text) for name, text in stored().files.items()}
    rewrite(files)
    wrong = replace(stored(), files={name: json.dumps(document) for name, document in files.items()})
    found = list(out_of_step(Roots(wrong)))
    assert any(expected in one for one in found), found


def _without_services() -> Estate:
    """The reference estate without hybrid DNS and central endpoints."""
    estate = estate_of("environments.estate")
    return replace(estate, environments=[replace(e, dns=None, endpoints=None) for e in estate.environments])


def test_what_takes_away_goes_in_the_opposite_order_alone() -> None:
    whole = Roots(Output(estate_of("environments.estate"), files_of("environments.estate")))
    less = Roots(made(_without_services()))
    assert any("which test still uses (dns_profile_id)" in one for one in one_apply(whole, less, opposite=False))
    assert list(one_apply(whole, less, opposite=True)) == []
    # The new output's own order would not do: in it, no root waits for what goes.
    assert less.order.index("shared-services") < less.order.index("test")
    assert any("which is not there yet" in one for one in one_apply(less, whole, opposite=True))
    assert list(one_apply(less, whole, opposite=False)) == []

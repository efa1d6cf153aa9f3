"""Changes to generated estates: nothing is destroyed while something that stays uses it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from isthmus.intent import Egress, Estate
from isthmus.intent.checks import problems
from isthmus.testing.strategies import estates
from tests.properties.budget import share
from tests.properties.changes import KINDS, change_egress, change_zones, remove_spoke
from tests.properties.laws import Output, made
from tests.properties.order import out_of_order
from tests.terraform.order.estates import SHARED, WEB, ZONES, named, plain, spokes

# Those that take something away, twice as often as the others.
_KINDS = (*KINDS, change_egress, change_zones, remove_spoke)


@settings(max_examples=share(5))
@given(data=st.data(), estate=estates(largest=3))
def test_nothing_is_destroyed_while_it_is_used(data: st.DataObject, estate: Estate) -> None:
    kind = data.draw(st.sampled_from(_KINDS))
    change = data.draw(kind(estate), label=kind.__name__)
    if change is None or list(problems(change.estate)):
        event(f"{kind.__name__}: no change")
        return
    event(kind.__name__)
    found = list(out_of_order(made(estate), made(change.estate)))
    assert not found, "\n".join([f"{change}", *found])


def _without(output: Output, setting: str) -> Output:
    return replace(output, files={name: text.replace(setting, "") for name, text in output.files.items()})


@pytest.mark.parametrize(
    ("was", "becomes", "gone"),
    [
        (plain(), plain(replace(WEB, zones=ZONES[:2])), "aws_subnet.transit_gateway_az4"),
        (plain(), plain(replace(WEB, egress=Egress.ON_PREMISES)), "aws_nat_gateway.az1"),
        (named(), named(replace(SHARED, zones=ZONES[:2])), "aws_subnet.resolver_az4"),
    ],
    ids=["attachment", "routes", "endpoints"],
)
def test_without_the_setting_it_is_found(was: Estate, becomes: Estate, gone: str) -> None:
    before, after = made(was), made(becomes)
    assert list(out_of_order(before, after)) == []
    assert any(gone in message for message in out_of_order(_without(before, '"create_before_destroy": true'), after))


def test_a_provider_that_goes_with_its_module_is_found() -> None:
    before, after = made(plain()), made(plain(**spokes()))
    assert list(out_of_order(before, after)) == []
    root = json.loads(after.files["stacks/team/cdk.tf.json"])
    root["provider"]["aws"] = [block for block in root["provider"]["aws"] if block.get("alias") != "hub_apps"]
    lost = replace(after, files={**after.files, "stacks/team/cdk.tf.json": json.dumps(root)})
    assert list(out_of_order(before, lost)) == ["team: module spoke_web goes, and so does its provider aws.hub_apps"]

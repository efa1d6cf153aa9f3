"""Objects with their settings, compared: what is unknown is neither equal nor changed, and order does not count."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.proof.difference.objects import Object, ObjectChange, ObjectChangeKind, ObjectKind, Setting, compared
from isthmus.terraform.graph import Unknown

ADDED, REMOVED = ObjectChangeKind.ADDED, ObjectChangeKind.REMOVED
CHANGED, UNCLEAR = ObjectChangeKind.CHANGED, ObjectChangeKind.UNCLEAR


def vpc(*cidrs: object, name: str = "prod", address: str = "aws_vpc.prod", reason: str = "") -> Object:
    return Object(ObjectKind.VPC, name, {"addresses": Setting.of(*cidrs)}, address, reason=reason)


def changes(before: Object | None, after: Object | None) -> list[ObjectChange]:
    return list(compared([before] if before else [], [after] if after else []))


A, B = ip_network("10.1.0.0/16"), ip_network("10.2.0.0/16")
POOL, OTHER = Unknown("var.pool"), Unknown("var.other")


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ((A,), (A,), None),
        ((A, B), (B, A), None),
        ((A,), (B,), CHANGED),
        ((A,), (A, B), CHANGED),
        ((POOL,), (POOL,), None),
        ((A, POOL), (A, POOL), None),
        ((POOL,), (OTHER,), UNCLEAR),
        ((A,), (POOL,), UNCLEAR),
        ((POOL,), (A,), UNCLEAR),
        ((A, B), (A, POOL), UNCLEAR),  # the pool may give B
        ((A,), (B, POOL), CHANGED),  # A was everything, and B is new
        ((A, POOL), (B, POOL), CHANGED),
    ],
)
def test_unknown_values_are_neither_equal_nor_changed(
    before: tuple[object, ...], after: tuple[object, ...], change: ObjectChangeKind | None
) -> None:
    assert [one.change for one in changes(vpc(*before), vpc(*after))] == ([change] if change else [])


def test_a_value_that_aws_assigns_is_not_a_change() -> None:
    def endpoint(*ips: str, assigned: int = 0) -> Object:
        settings = {"addresses": Setting.of(*ips, assigned=assigned)}
        return Object(ObjectKind.RESOLVER_ENDPOINT, "in", settings)

    assert changes(endpoint(assigned=1), endpoint("10.0.0.4")) == []
    assert changes(endpoint("10.0.0.4"), endpoint(assigned=1)) == []
    (fewer,) = changes(endpoint("10.0.0.4", "10.0.0.5"), endpoint(assigned=1))
    assert fewer.change is CHANGED
    (dropped,) = changes(endpoint(assigned=1), endpoint())
    assert dropped.change is CHANGED
    assert str(dropped) == "changed: Resolver endpoint in: addresses none, was assigned by AWS"
    (other,) = changes(endpoint("10.0.0.5", assigned=1), endpoint("10.0.0.4", "10.0.0.6"))
    assert other.change is CHANGED


def test_one_side_only_is_added_or_removed() -> None:
    (added,), (removed,) = changes(None, vpc(A)), changes(vpc(A), None)
    assert (added.change, removed.change) == (ADDED, REMOVED)
    assert added.settings[0].added == removed.settings[0].removed == ("10.1.0.0/16",)


def test_another_name_for_the_same_address_is_one_change() -> None:
    one, other = (replace(vpc(A, name=name), kind=ObjectKind.CUSTOMER_GATEWAY) for name in ("fra", "ffm"))
    (change,) = changes(one, other)
    assert str(change) == "changed: customer gateway ffm: name ffm, was fra"
    assert changes(vpc(A), vpc(A, name="infra-prod")) == []  # its spoke may be unknown on one side


def test_of_an_unknown_number_nothing_is_removed() -> None:
    several = Object(ObjectKind.VPC, "aws_vpc.prod[?]", {}, "aws_vpc.prod[?]", reason="how many there are is unknown")
    for before, after in (
        (vpc(A, address='aws_vpc.prod["a]"]'), several),
        (several, vpc(A, address="aws_vpc.prod[0]")),
    ):
        (change,) = changes(before, after)
        assert (change.change, change.reason) == (UNCLEAR, several.reason)
    assert changes(several, several) == []
    (gone,) = changes(several, None)
    assert gone.change is UNCLEAR


SETTINGS = st.builds(
    Setting,
    st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    st.sampled_from(("", "", "x", "y")),
    st.integers(0, 2),
)
OBJECTS = st.builds(
    Object,
    st.sampled_from((ObjectKind.VPC, ObjectKind.CUSTOMER_GATEWAY)),
    st.sampled_from("mno"),
    st.dictionaries(st.sampled_from(("addresses", "ASN")), SETTINGS),
    st.sampled_from(("", "p", "q[0]", "q[?]")),
    reason=st.sampled_from(("", "", "", "how many")),
)
SIDES = st.lists(OBJECTS, max_size=4, unique_by=(lambda one: (one.kind, one.name), lambda one: one.address or one.name))
MIRRORED = {ADDED: REMOVED, REMOVED: ADDED, CHANGED: CHANGED, UNCLEAR: UNCLEAR}


@given(SIDES)
def test_nothing_differs_from_itself(side: list[Object]) -> None:
    assert list(compared(side, side)) == []


@given(SIDES, SIDES)
def test_the_other_direction_is_the_mirror_image(before: list[Object], after: list[Object]) -> None:
    def mirrored(change: ObjectChange) -> ObjectChange:
        settings = (replace(one, before=one.after, after=one.before) for one in change.settings)
        return replace(change, change=MIRRORED[change.change], settings=tuple(settings))

    def shown(change: ObjectChange) -> object:
        settings = {(s.setting, s.before, s.after, s.certain) for s in change.settings if s.setting != "name"}
        return change.change, frozenset(settings)

    there = [mirrored(change) for change in compared(before, after)]
    back = list(compared(after, before))
    assert sorted(map(repr, map(shown, there))) == sorted(map(repr, map(shown, back)))

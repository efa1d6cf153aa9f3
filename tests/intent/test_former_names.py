"""Estates under other names, and the rules of `was`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.intent import CustomerGateway, Estate, Segment, Site, Spoke, VpnConnection
from isthmus.intent.checks import problems
from isthmus.intent.former_names import KINDS, Renamable, Rename, former, renamable, renames, under_names
from isthmus.intent.intent_file import from_document, to_document
from isthmus.testing.strategies import estates
from tests.intent.network import DEV, HUB, PROD, SERVICES, SITE, VPN, WORKLOADS, estate
from tests.intent.renaming import renamed


def marks(whole: Estate) -> dict[type, dict[str, str]]:
    """A new name for every object."""
    names: dict[type, dict[str, str]] = {kind: {} for kind in KINDS}
    for thing in renamable(whole):
        names[type(thing)][thing.name] = f"n{sum(map(len, names.values()))}"
    return names


@given(estates())
def test_every_reference_follows(whole: Estate) -> None:
    """A reference that did not would be undeclared, and a rule would find it."""
    names = marks(whole)
    after = under_names(whole, names)
    assert problems(after) == ()
    assert [thing.name for thing in renamable(after)] == [names[type(thing)][thing.name] for thing in renamable(whole)]
    back = {kind: {new: old for old, new in named.items()} for kind, named in names.items()}
    assert under_names(after, back) == whole


@given(estates(), st.data())
def test_the_former_estate_is_the_one_before_the_rename(whole: Estate, data: st.DataObject) -> None:
    thing = data.draw(st.sampled_from([*renamable(whole)]))
    after = renamed(whole, type(thing), thing.name, "other-name")
    assert problems(after) == ()
    assert renames(after) == (Rename(type(thing), thing.name, "other-name"),)
    assert former(after) == whole
    assert former(whole) == whole
    document = to_document(after)["estate"]
    assert "other-name" in str(document)
    assert f"'was': '{thing.name}'" in str(document)


def test_a_rename_is_in_the_intent_file() -> None:
    import json

    after = renamed(estate(), Spoke, "dev", "labs")
    assert from_document(json.dumps(to_document(after))) == after


CASES: list[tuple[type[Renamable], str]] = [
    (Spoke, "dev"),
    (Segment, "workloads"),
    (VpnConnection, "dc1-01"),
    (CustomerGateway, "dc1-01"),
    (Site, "dc1"),
]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[kind.__name__ for kind, _ in CASES])
def test_each_kind_may_have_another_name(kind: type[Renamable], name: str) -> None:
    assert problems(renamed(estate(), kind, name, "other")) == ()
    assert [one.rule for one in problems(renamed(estate(), kind, name, name))] == ["was-equals-name"]


def of(dev: Spoke = DEV, prod: Spoke = PROD) -> Estate:
    """The estate with other spokes."""
    instead = {"dev": dev, "prod": prod}
    whole = estate()
    return replace(
        whole,
        environments=[
            replace(environment, spokes=[instead[spoke.name] for spoke in environment.spokes])
            for environment in whole.environments
        ],
    )


def rules(whole: Estate) -> list[str]:
    return [problem.rule for problem in problems(whole)]


def test_a_name_in_use_cannot_be_a_former_name() -> None:
    other = replace(PROD, was="dev")
    found = problems(of(prod=other))
    assert [problem.rule for problem in found] == ["was-in-use"]
    assert 'is the name of spoke "dev"' in found[0].given


def test_a_chain_is_an_error_that_says_so() -> None:
    first, second = replace(DEV, name="b", was="a"), replace(PROD, name="c", was="b")
    found = problems(of(first, second))
    assert [problem.rule for problem in found] == ["was-in-use"]
    assert 'which was "a"' in found[0].given
    assert found[0].remedy.startswith("one rename at a time")


def test_two_objects_cannot_have_been_one() -> None:
    found = problems(of(replace(DEV, was="a"), replace(PROD, was="a")))
    assert [problem.rule for problem in found] == ["was-in-use"]


def test_names_of_different_kinds_do_not_conflict() -> None:
    """A connection and its customer gateway often have one name."""
    gateway = CustomerGateway("new-1", ip_address="203.0.113.1", bgp_asn=65_010, was="dc1-01")
    site = replace(SITE, customer_gateways=[gateway])
    vpn = replace(VPN, name="new-1", customer_gateway="new-1", was="dc1-01")
    assert rules(estate(site=site, vpn=vpn)) == []


@pytest.mark.parametrize("was", ["Dev", "de/v", "", "d" * 41, "main-vpc"])
def test_a_former_name_follows_the_rules_of_names(was: str) -> None:
    spoke = replace(DEV, name="labs", was=was)
    expected = [] if was in ("Dev", "main-vpc") else ["invalid-former-name"]
    assert rules(of(spoke)) == expected


def test_a_former_name_that_collides_with_a_derived_name() -> None:
    """The log group of the spoke keeps the former name, which is the one of the hub's log group."""
    spoke = replace(DEV, name="labs", was="labs-before")
    assert rules(of(spoke)) == []
    assert rules(estate(spoke=spoke, hub=replace(HUB, name="infra-labs-before"))) == ["invalid-former-name"]


def test_the_estate_of_these_tests_is_valid() -> None:
    assert rules(of()) == []
    assert {SERVICES.name, WORKLOADS.name} == {"services", "workloads"}

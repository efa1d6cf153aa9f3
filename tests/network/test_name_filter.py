"""The DNS firewall: the first rule that is for a query decides, and what may come first makes it unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.dns_firewall import decide, filtered, listed
from isthmus.network.dns_model import Held, NameRule, NameRules, Resolution, Use
from isthmus.network.model import Unknown

DARK = Unknown("var.dark")
BLOCK_BAD = NameRule("bad", 10, False, ("bad.example", "*.bad.example"))
ALLOW_ALL = NameRule("all", 20, True, ("*",))
BLOCK_ALL = NameRule("rest", 30, False, ("*",))


@pytest.mark.parametrize(
    ("entry", "name", "is_"),
    [
        ("a.example", "a.example", True),
        ("a.example", "b.a.example", False),
        ("*.example", "a.b.example", True),
        ("*.example", "example", False),
        ("*", "anything.at.all", True),
        ("*", ".", True),
        ("*ample.org", "x.ample.org", True),
        ("*ample.org", "other.net", False),
    ],
)
def test_entries_of_a_domain_list(entry: str, name: str, is_: bool) -> None:
    assert listed(entry, name) is is_


@pytest.mark.parametrize("name", ["example.org", "ample.org"])
def test_an_asterisk_inside_a_label_is_unknown(name: str) -> None:
    assert isinstance(listed("*ample.org", name), Unknown)


@pytest.mark.parametrize(
    ("rules", "name", "answered", "rule"),
    [
        ((BLOCK_BAD, BLOCK_ALL), "x.bad.example", False, "bad"),
        ((BLOCK_BAD, ALLOW_ALL, BLOCK_ALL), "good.example", True, "all"),
        ((BLOCK_BAD,), "good.example", True, ""),
        ((BLOCK_BAD, BLOCK_ALL), "good.example", False, "rest"),
    ],
)
def test_the_first_rule_that_lists_a_name_decides(
    rules: tuple[NameRule, ...], name: str, answered: bool, rule: str
) -> None:
    found = decide(rules, name)
    assert (found.answered, found.rule) == (answered, rule)


def test_a_rule_may_be_for_one_type_of_query() -> None:
    rules = (NameRule("v6", 1, False, ("*",), "AAAA"),)
    assert decide(rules, "a.example", "A").answered is True
    assert decide(rules, "a.example", "AAAA").answered is False


def test_names_that_an_alias_leads_to_are_looked_at_unless_the_rule_trusts_them() -> None:
    inspects = (NameRule("r", 1, False, ("bad.example",)),)
    trusts = (NameRule("r", 1, False, ("bad.example",), trusts_redirection=True),)
    assert decide(inspects, "bad.example", redirected=True).answered is False
    assert decide(trusts, "bad.example", redirected=True).answered is True
    assert decide(trusts, "bad.example").answered is False


@pytest.mark.parametrize(
    "unknown_rule",
    [
        NameRule("r", 1, False, DARK),
        NameRule("r", 1, DARK, ("*",)),
        NameRule("r", 1, False, ("*",), DARK),
        NameRule("r", DARK, False, ("*",)),
    ],
)
def test_an_unknown_rule_makes_the_answer_unknown(unknown_rule: NameRule) -> None:
    assert isinstance(decide((unknown_rule, ALLOW_ALL), "a.example").answered, Unknown)


def test_an_unknown_rule_is_harmless_where_the_answer_is_the_same_without_it() -> None:
    assert decide((NameRule("r", 1, False, DARK), BLOCK_ALL), "a.example").answered is False
    assert decide((NameRule("r", DARK, True, ("*",)), ALLOW_ALL), "a.example").answered is True


def test_groups_are_asked_by_the_priority_of_their_associations() -> None:
    groups = {"strict": NameRules("strict", (BLOCK_ALL,)), "open": NameRules("open", (ALLOW_ALL,))}

    def answered(strict: int | Unknown, open_: int) -> bool | Unknown:
        uses = (
            Use(Held.FIREWALL, "strict", "a", "1", priority=strict),
            Use(Held.FIREWALL, "open", "a", "2", priority=open_),
        )
        return filtered(Resolution(firewalls=groups, uses=uses), "a", "x.example").answered

    assert answered(101, 102) is False
    assert answered(102, 101) is True
    assert isinstance(answered(DARK, 101), Unknown)


def test_a_group_that_may_be_associated_may_block() -> None:
    groups = {"strict": NameRules("strict", (BLOCK_ALL,))}
    for use in (
        Use(Held.FIREWALL, DARK, "a", "1"),
        Use(Held.FIREWALL, "strict", DARK, "1"),
        Use(Held.PROFILE, DARK, "a", "1"),
    ):
        assert isinstance(filtered(Resolution(firewalls=groups, uses=(use,)), "a", "x.example").answered, Unknown)
    lost = Resolution(uses=(Use(Held.FIREWALL, "elsewhere", "a", "1", priority=1),))
    assert isinstance(filtered(lost, "a", "x.example").answered, Unknown)


names = st.sampled_from(["a.example", "b.a.example", "c.example", "d.org"])
rules = st.lists(
    st.builds(
        NameRule,
        st.just("r"),
        st.integers(1, 99),
        st.booleans(),
        st.lists(st.sampled_from(["*", "*.example", "*.a.example", "a.example", "d.org"]), max_size=2).map(tuple),
    ),
    max_size=4,
)


@given(rules, names, st.integers(0, 3))
def test_what_is_not_known_of_a_rule_never_turns_an_answer_into_the_other(
    known: list[NameRule], name: str, which: int
) -> None:
    if which >= len(known):
        return
    rule = known[which]
    unread = NameRule(rule.address, rule.priority, rule.answers, DARK)
    before = decide(tuple(sorted(known, key=lambda r: r.priority)), name).answered  # type: ignore[arg-type, return-value]
    mixed = [unread if other is rule else other for other in known]
    after = decide(tuple(sorted(mixed, key=lambda r: r.priority)), name).answered  # type: ignore[arg-type, return-value]
    assert isinstance(after, Unknown) or after is before


def test_a_rule_that_answers_says_whether_it_trusts_where_a_name_leads() -> None:
    trusting = NameRule("allow", 1, True, ("cdn.example",), trusts_redirection=True)
    inspecting = NameRule("allow", 1, True, ("cdn.example",))
    assert decide((trusting, BLOCK_ALL), "cdn.example").trusts is True
    assert decide((inspecting, BLOCK_ALL), "cdn.example").trusts is False
    assert decide((trusting, BLOCK_ALL), "other.example").trusts is False
    unknown_rule = NameRule("maybe", 0, True, DARK)
    assert isinstance(decide((unknown_rule, trusting, BLOCK_ALL), "cdn.example").trusts, Unknown)

"""Law: on the premises, filter rules decide about each packet as they do in the addresses that AWS knows."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from isthmus.devices import FilterAction, FilterRule, Translation
from isthmus.devices.translations import on_premises_rules, split_rules

MACHINES = Translation("machines", IPv4Network("172.16.0.0/29"), IPv4Network("10.0.0.8/29"))
CELLS = Translation("cells", IPv4Network("172.16.0.8/30"), IPv4Network("10.0.0.32/30"))
TRANSLATIONS = (MACHINES, CELLS)
_HIDDEN = [one.non_routable for one in TRANSLATIONS]
# Around both ranges of both translations.
_SPACE = [IPv4Network("172.16.0.0/27"), IPv4Network("10.0.0.0/26")]
addresses = st.sampled_from([address for space in _SPACE for address in space])
ranges = st.builds(
    lambda address, length: IPv4Network((address, length), strict=False), addresses, st.integers(24, 32)
) | st.just(IPv4Network("0.0.0.0/0"))
rules = st.builds(
    FilterRule,
    name=st.just("rule"),
    action=st.sampled_from(FilterAction),
    from_aws=st.booleans(),
    source=st.lists(ranges, min_size=1, max_size=2).map(tuple),
    destination=st.lists(ranges, min_size=1, max_size=2).map(tuple),
)


def decision(
    found: Sequence[FilterRule], source: IPv4Address, destination: IPv4Address, *, from_aws: bool
) -> FilterAction:
    """What the first rule that matches a packet does with it."""
    for rule in found:
        if (
            rule.from_aws is from_aws
            and any(source in one for one in rule.source)
            and any(destination in one for one in rule.destination)
        ):
            return rule.action
    return FilterAction.DENY


def on_premises(address: IPv4Address) -> IPv4Address:
    for one in TRANSLATIONS:
        if address in one.routable:
            return one.non_routable[int(address) - int(one.routable.network_address)]
    return address


@given(st.lists(rules, max_size=5), addresses, addresses, st.booleans())
def test_rules_decide_equally_on_both_sides_of_the_translation(
    found: list[FilterRule], site: IPv4Address, aws: IPv4Address, from_aws: bool
) -> None:
    if any(site in hidden for hidden in _HIDDEN):
        site = IPv4Address("172.16.0.1")  # no packet has an address of the premises in the view of AWS
    there = on_premises_rules(found, TRANSLATIONS, from_aws=True, to_aws=True)
    ends, own = ((aws, site), (aws, on_premises(site))) if from_aws else ((site, aws), (on_premises(site), aws))
    assert decision(found, *ends, from_aws=from_aws) is decision(there, *own, from_aws=from_aws)


@given(st.lists(rules, max_size=5), st.booleans())
def test_each_direction_is_changed_alone(found: list[FilterRule], from_aws: bool) -> None:
    changed = on_premises_rules(found, TRANSLATIONS, from_aws=from_aws, to_aws=not from_aws)
    other = [rule for rule in found if rule.from_aws is not from_aws]
    assert [rule for rule in changed if rule.from_aws is not from_aws] == other
    assert on_premises_rules(found, (), from_aws=True, to_aws=True) == tuple(found)


@given(st.lists(rules, max_size=5), addresses, addresses, st.booleans())
def test_split_rules_decide_as_whole_ones(
    found: list[FilterRule], site: IPv4Address, aws: IPv4Address, from_aws: bool
) -> None:
    """A policy names translated destinations as AWS knows them, and translated sources as they are on the premises."""
    if any(site in hidden for hidden in _HIDDEN):
        site = IPv4Address("172.16.0.1")
    whole = [rule for rule in found if not _takes_a_part(rule)]
    split = list(split_rules(whole, TRANSLATIONS))
    ends, own = ((aws, site), (aws, site)) if from_aws else ((site, aws), (on_premises(site), aws))
    translated = [one for one in TRANSLATIONS if site in one.routable]
    decided = next(
        (
            policy.rule.action
            for policy in split
            if policy.rule.from_aws is from_aws
            and (not translated or bool(policy.translations) or _everything(policy.rule))
            and decision([policy.rule], *own, from_aws=from_aws) is policy.rule.action
            and any(own[0] in one for one in policy.rule.source)
            and any(own[1] in one for one in policy.rule.destination)
        ),
        FilterAction.DENY,
    )
    assert decision(whole, *ends, from_aws=from_aws) is decided


def _everything(rule: FilterRule) -> bool:
    return any(one.prefixlen == 0 for one in (rule.destination if rule.from_aws else rule.source))


def _takes_a_part(rule: FilterRule) -> bool:
    """Whether a rule has some addresses of a translated network only: no site has such a rule."""
    site = rule.destination if rule.from_aws else rule.source
    return any(range_ != one.routable and range_.subnet_of(one.routable) for range_ in site for one in TRANSLATIONS)

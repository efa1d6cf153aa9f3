"""Law: on the premises, filter rules decide about each packet as they do in the addresses that AWS knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.devices import Device, FilterAction, FilterRule, Translation
from isthmus.devices.device_files import configuration
from isthmus.devices.translations import on_premises_rules
from isthmus.errors import CannotAnswer
from isthmus.platforms import platform, platform_names
from tests.devices.golden import golden_devices

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
def test_rules_decide_alike_on_both_sides_of_the_translation(
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


def translating(device: Device) -> Device:
    """A device that translates the first network of its site."""
    name, network = next(iter(device.networks.items()))
    own = IPv4Network((IPv4Address("10.1.0.0"), network.prefixlen), strict=False)
    return replace(device, translations=(Translation(name, network, own),))


@pytest.mark.parametrize("name", [name for name in platform_names() if platform(name).translation is None])
def test_a_platform_that_does_not_translate_says_so(name: str) -> None:
    with pytest.raises(CannotAnswer, match=r"do not translate 10\.1\.0\.0/16 to 172\.21\.0\.0/16"):
        configuration(translating(golden_devices("stage_3")[0]), platform(name))

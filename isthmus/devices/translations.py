"""Filter rules in the addresses of the site: for platforms that filter before or after the translation.

A rule of `Device.filters` names the addresses that AWS knows. On the premises, an address of a routable range is the
address with the same host bits in the non-routable range. Non-routable addresses themselves exist only after the
translation: from AWS, no packet may have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, collapse_addresses

from isthmus.devices.device import FilterRule, Translation
from isthmus.intent.site_remainder import without_ranges

__all__ = ["Policy", "on_premises_rules", "split_rules"]


def on_premises_rules(
    rules: Iterable[FilterRule], translations: Sequence[Translation], *, from_aws: bool, to_aws: bool
) -> tuple[FilterRule, ...]:
    """The rules, with addresses on the premises in the directions that are asked for.

    A rule without any address left is left out: no packet matches it.
    """
    return tuple(_translated(rules, translations, from_aws, to_aws)) if translations else tuple(rules)


def _translated(
    rules: Iterable[FilterRule], translations: Sequence[Translation], from_aws: bool, to_aws: bool
) -> Iterator[FilterRule]:
    for rule in rules:
        if rule.from_aws and from_aws:
            changed = replace(rule, destination=on_premises(rule.destination, translations))
        elif not rule.from_aws and to_aws:
            changed = replace(rule, source=on_premises(rule.source, translations))
        else:
            changed = rule
        if changed.source and changed.destination:
            yield changed


@dataclass(frozen=True, slots=True)
class Policy:
    """A filter rule for translated addresses alone, or for other addresses alone.

    Some platforms translate by policies. The translated addresses of a rule are those that AWS knows as destinations,
    and those on the premises as sources.
    """

    rule: FilterRule
    translations: tuple[Translation, ...] = ()


def split_rules(rules: Iterable[FilterRule], translations: Sequence[Translation]) -> Iterator[Policy]:
    """The rules, each split into its translated and its other addresses; an unchanged policy without translations."""
    for rule in rules:
        site = rule.destination if rule.from_aws else rule.source
        met = tuple(one for one in translations if any(one.routable.overlaps(range_) for range_ in site))
        if met and rule.from_aws:
            yield Policy(replace(rule, destination=tuple(one.routable for one in met)), met)
        elif met:
            yield Policy(replace(rule, source=tuple(one.non_routable for one in met)), met)
        others = tuple(_others(site, translations)) if translations else site
        if others:
            yield Policy(replace(rule, destination=others) if rule.from_aws else replace(rule, source=others))


def _others(site: Iterable[IPv4Network], translations: Sequence[Translation]) -> Iterator[IPv4Network]:
    """Ranges without translated addresses. The policy before it has those of a range around both."""
    for range_ in site:
        if range_.prefixlen == 0:
            yield range_
        elif not any(range_.subnet_of(one.routable) for one in translations):
            yield from without_ranges(range_, [one.non_routable for one in translations])


def on_premises(ranges: Iterable[IPv4Network], translations: Sequence[Translation]) -> tuple[IPv4Network, ...]:
    """Ranges that AWS knows, as they are on the premises."""
    found: list[IPv4Network] = []
    hidden = [one.non_routable for one in translations]
    for range_ in ranges:
        images = [image for one in translations for image in _image(range_, one)]
        inside = any(range_.subnet_of(one.routable) for one in translations)
        found += [*images, *([] if inside else without_ranges(range_, hidden))]
    return tuple(collapse_addresses(found))


def _image(range_: IPv4Network, translation: Translation) -> Iterator[IPv4Network]:
    """The non-routable addresses of a range, as a network: all, if the range contains the routable one."""
    if translation.routable.subnet_of(range_):
        yield translation.non_routable
    elif range_.subnet_of(translation.routable):
        offset = int(range_.network_address) - int(translation.routable.network_address)
        yield IPv4Network((int(translation.non_routable.network_address) + offset, range_.prefixlen))

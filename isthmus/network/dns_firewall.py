"""The DNS firewall: whether a query of a VPC is answered at all.

Rule groups are evaluated in the order of the priorities of their associations, rules in the order of theirs, and the
first rule that lists the name decides.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-overview.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from isthmus.network.dns_model import Held, NameRule, Resolution, Use
from isthmus.network.model import Unknown


@dataclass(frozen=True, slots=True)
class Filtered:
    """What the DNS firewall of a VPC does with a query: `answered` by the `rule` at that address, "" for none.

    `trusts` says that the rule lets names pass that CNAME records of the answer lead to.
    """

    answered: bool | Unknown = True
    rule: str = ""
    trusts: bool | Unknown = False


_PASSES = Filtered()


def filtered(
    resolution: Resolution, vpc: str, name: str, query_type: str = "A", *, redirected: bool = False
) -> Filtered:
    """What becomes of a query. `redirected` says that the name is one that a CNAME record leads to."""
    rules, unknown_reason = rules_of(resolution, vpc)
    verdict = decide(rules, name, query_type, redirected=redirected)
    if unknown_reason is not None and verdict.answered is not False:
        return Filtered(unknown_reason)
    return verdict


def rules_of(resolution: Resolution, vpc: str) -> tuple[tuple[NameRule, ...], Unknown | None]:
    """The rules that look at a VPC's queries, in order, and why others may."""
    uses = [use for use in resolution.may(vpc) if use.kind in (Held.FIREWALL, Held.PROFILE)]
    unknown_reason = next((use.unknown for use in uses if use.unknown is not None), None)
    certain = [use for use in uses if use.unknown is None]
    groups = {str(use.thing) for use in certain}
    unplaced = next((use.priority for use in certain if not isinstance(use.priority, int)), None)
    if len(groups) > 1 and isinstance(unplaced, Unknown):
        return (), unplaced
    unknown = next((group for group in groups if group not in resolution.firewalls), None)
    if unknown is not None:
        return (), Unknown(f"the rules of {unknown}")
    ordered = sorted(certain, key=lambda use: use.priority if isinstance(use.priority, int) else 0)
    return tuple(rule for use in _once(ordered) for rule in resolution.firewalls[str(use.thing)].rules), unknown_reason


def _once(uses: Iterable[Use]) -> Iterator[Use]:
    seen: set[str] = set()
    for use in uses:
        if str(use.thing) not in seen:
            seen.add(str(use.thing))
            yield use


def decide(rules: Sequence[NameRule], name: str, query_type: str = "A", *, redirected: bool = False) -> Filtered:
    """The first rule that is for the query decides; a query that no rule is for is answered."""
    # A rule whose place is unknown may come before all others.
    for rule in (
        *(r for r in rules if isinstance(r.priority, Unknown)),
        *(r for r in rules if isinstance(r.priority, int)),
    ):
        met = _meets(rule, name, query_type, redirected)
        if met is False:
            continue
        if met is True and isinstance(rule.priority, int):
            return Filtered(rule.answers, rule.address, rule.trusts_redirection)
        rest = decide([other for other in rules if other is not rule], name, query_type, redirected=redirected)
        if rest.answered == rule.answers:
            same = rest.trusts == rule.trusts_redirection
            return rest if same else replace(rest, trusts=Unknown(f"whether {rule.address} decides about it"))
        why = met if isinstance(met, Unknown) else rule.priority
        return Filtered(why if isinstance(why, Unknown) else Unknown(f"the order of {rule.address}"), rule.address)
    return _PASSES


def _meets(rule: NameRule, name: str, query_type: str, redirected: bool) -> bool | Unknown:
    if isinstance(rule.query_type, Unknown):
        return rule.query_type
    if rule.query_type not in ("", query_type):
        return False
    if redirected and rule.trusts_redirection is not False:
        return rule.trusts_redirection if isinstance(rule.trusts_redirection, Unknown) else False
    if isinstance(rule.domains, Unknown):
        return rule.domains
    found = [listed(entry, name) for entry in rule.domains]
    if True in found:
        return True
    return next((unknown for unknown in found if isinstance(unknown, Unknown)), False)


def listed(entry: str, name: str) -> bool | Unknown:
    """Whether an entry of a domain list is for a name: the name itself, or with `*.` all below it; `*` is for all.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-user-managed-domain-lists.html
    """
    if not entry.startswith("*"):
        return entry == name
    ending = entry[1:]
    if not ending or name.endswith(ending if ending.startswith(".") else f".{ending}"):
        return True
    # AWS does not say whether an asterisk without a dot stands for a part of a label too.
    return Unknown(f"whether {entry} of a domain list is for {name}") if name.endswith(ending) else False

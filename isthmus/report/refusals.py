"""Refused changes of protected resources as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from isthmus.changes import Refusal, ResourceAction
from isthmus.changes.impact import noun
from isthmus.changes.protection import Unprotected
from isthmus.report.resource_changes import DONE
from isthmus.text.listing import some

__all__ = ["refusal_lines", "refused_members", "undecided_lines", "undecided_members", "unprotected_lines"]

_MOST = 3


def refusal_lines(refusals: Sequence[Refusal]) -> Iterator[str]:
    """A sentence for the refused resources of each root module, type and action, and then what to do instead."""
    certain = [one for one in refusals if not one.unknown]
    for (_, type_, action), addresses in _grouped(certain).items():
        verb = "is" if len(addresses) == 1 else "are"
        yield f"{noun(type_)} {some(addresses, _MOST)} {verb} {DONE[action]}"
    yield from (f"Instead: {remedy}" for remedy in dict.fromkeys(one.remedy for one in certain))


def undecided_lines(refusals: Sequence[Refusal]) -> Iterator[str]:
    """A sentence for each reason why a change cannot be refused or allowed."""
    reasons: dict[str, list[str]] = {}
    for one in refusals:
        if one.unknown:
            reasons.setdefault(one.unknown, []).append(one.address)
    for reason, addresses in reasons.items():
        yield f"whether the change of {some(addresses, _MOST)} must be refused (prevent_destroy): {reason}"


def unprotected_lines(unprotected: Sequence[Unprotected]) -> Iterator[str]:
    """A sentence for the resources that lose their protection, and one for each reason why that is unknown."""
    reasons: dict[str, list[str]] = {}
    for one in unprotected:
        reasons.setdefault(one.unknown, []).append(one.address)
    for reason, addresses in sorted(reasons.items()):
        if reason:
            yield f"whether {some(addresses, _MOST)} stay protected (prevent_destroy) is unknown: {reason}"
        else:
            verb = "loses" if len(addresses) == 1 else "lose"
            yield f"{some(addresses, _MOST)} {verb} prevent_destroy: a later change can destroy or replace them"


def refused_members(refusals: Sequence[Refusal]) -> list[dict[str, str]]:
    """The refused resources as JSON."""
    return [
        {"address": one.address, "type": one.type, "action": one.action.value, "remedy": one.remedy}
        for one in refusals
        if not one.unknown
    ]


def undecided_members(refusals: Sequence[Refusal]) -> list[dict[str, str]]:
    """The changes that can neither be refused nor allowed, as JSON."""
    return [
        {"what": f"whether the change of {one.address} must be refused", "why": one.unknown}
        for one in refusals
        if one.unknown
    ]


def _grouped(refusals: Iterable[Refusal]) -> dict[tuple[str, str, ResourceAction], list[str]]:
    grouped: dict[tuple[str, str, ResourceAction], list[str]] = {}
    for one in refusals:
        grouped.setdefault((one.address.partition("/")[0], one.type, one.action), []).append(one.address)
    return grouped

"""Failure scenarios before and after: the flows that each of them takes, of those that work otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from isthmus.proof.analysis import Analysis
from isthmus.proof.result.failures import Failure, FailureResult
from isthmus.proof.result.proof import Flows

__all__ = ["FailureChange", "FailureChangeKind", "FlowsInFailure", "failure_changes"]

Pair = tuple[str, str]


class FailureChangeKind(StrEnum):
    """How a failure scenario changes. A new one is of a component that did not exist before."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FlowsInFailure:
    """The flows that a failure takes: those that are certainly lost, and those for which this is unknown."""

    lost: tuple[Pair, ...] = ()
    unknown: tuple[Pair, ...] = ()

    @property
    def all(self) -> tuple[Pair, ...]:
        """Every flow that does not certainly survive."""
        return (*self.lost, *self.unknown)


@dataclass(frozen=True, slots=True)
class FailureChange:
    """A failure scenario that takes other flows, of those that work in both networks without it.

    - `before`, `after`: the flows that it takes; None if the component does not exist.
    - `saved`: flows that it took before and that certainly survive it now.
    - `endangered`: flows that survived it before and that it certainly takes now.
    - `sites`: sites that survive it now, and of which it took flows before.
    """

    failure: Failure
    change: FailureChangeKind
    before: FlowsInFailure | None
    after: FlowsInFailure | None
    saved: tuple[Pair, ...] = ()
    endangered: tuple[Pair, ...] = ()
    sites: tuple[str, ...] = ()


def failure_changes(before: Analysis, after: Analysis) -> Iterator[FailureChange] | None:
    """The failure scenarios that are new, gone, or take other flows. None without an intent on both sides."""
    if before.failures is None or after.failures is None:
        return None
    return _Compared(before, after).changes()


class _Compared:
    def __init__(self, before: Analysis, after: Analysis) -> None:
        self.results = tuple({one.failure: one for one in side.failures or ()} for side in (before, after))
        self.flows = (before.flows, after.flows)
        self.locations = after.locations

    def changes(self) -> Iterator[FailureChange]:
        """In the order of the later network. Scenarios that are gone come last."""
        old, new = self.results
        for failure in dict.fromkeys((*new, *old)):
            was, now = _taken(old, failure), _taken(new, failure)
            if was == now:
                continue
            if was is None or now is None:
                kind = FailureChangeKind.NEW if was is None else FailureChangeKind.GONE
                yield FailureChange(failure, kind, was, now)
                continue
            saved = tuple(_surviving(was.lost, now, self.flows[1]))
            endangered = tuple(_surviving(now.lost, was, self.flows[0]))
            if not saved and not endangered and was.unknown == now.unknown:
                continue  # only flows that one of the networks does not have
            yield FailureChange(
                failure, FailureChangeKind.CHANGED, was, now, saved, endangered, tuple(self._sites(was, now, saved))
            )

    def _sites(self, was: FlowsInFailure, now: FlowsInFailure, saved: Iterable[Pair]) -> Iterator[str]:
        """The sites of which every flow that was taken is saved, and none is taken now."""
        taken, safe = self._by_site(was.all), self._by_site(saved)
        still = self._by_site(now.all)
        yield from (site for site, flows in taken.items() if flows == safe.get(site) and site not in still)

    def _by_site(self, flows: Iterable[Pair]) -> Mapping[str, set[Pair]]:
        found: dict[str, set[Pair]] = {}
        for flow in flows:
            for name in flow:
                location = self.locations.by_name.get(name)
                if location is not None and location.site:
                    found.setdefault(location.site, set()).add(flow)
        return found


def _taken(results: Mapping[Failure, FailureResult], failure: Failure) -> FlowsInFailure | None:
    """The flows that a failure takes; None if there is no such failure."""
    result = results.get(failure)
    if result is None:
        return None
    lost = sorted(flow for one in result.lost if one.certain for flow in one.flows)
    unknown = sorted(flow for one in result.lost if not one.certain for flow in one.flows)
    return FlowsInFailure(tuple(lost), tuple(unknown))


def _surviving(taken: Iterable[Pair], other: FlowsInFailure, flows: Flows) -> Iterator[Pair]:
    """Flows that one network loses, and that the other one has, intends and keeps in the same failure."""
    not_kept = set(other.all)
    for a, b in taken:
        if (a, b) not in not_kept and flows.in_scope(a, b) and flows.works_as_intended(a, b):
            yield a, b

"""The resources that cause a group of changes, in a few lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from isthmus.proof.difference.change import Change
from isthmus.report.change_groups import short_address
from isthmus.text.listing import some

__all__ = ["cause_texts", "counted_texts"]

_MOST_NAMES = 4  # lines of resources by name; more of them share a line by type


def counted_texts(texts: Iterable[str]) -> Iterator[str]:
    """Each text once, in order. If there are several, each with the number of flows that it holds for."""
    counts = Counter(texts)
    for text, count in counts.items():
        yield f"{text} ({count:,} of {counts.total():,})" if len(counts) > 1 else text


def cause_texts(changes: Sequence[Change], done: Mapping[str, str]) -> Iterator[str]:
    """The causes, the likeliest first. `done`: what Terraform does to each resource that it changes.

    Resources of the same name, or of the same type if there are many, share a line: `cause (created): 40 aws_route.x`.
    A line that holds for some of the flows says for how many.
    """
    causes = _Causes(changes, done, short_address)
    if len(causes.addresses) > _MOST_NAMES:
        causes = _Causes(changes, done, lambda address: short_address(address).partition(".")[0])
    return causes.texts()


class _Causes:
    """The addresses of the causes by a part of them and by what Terraform does, and the number of their flows."""

    def __init__(self, changes: Sequence[Change], done: Mapping[str, str], part: Callable[[str], str]) -> None:
        self.all = len(changes)
        self.addresses: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.flows: Counter[tuple[str, str]] = Counter()
        keys: dict[str, tuple[str, str]] = {}
        for change in changes:
            for address in change.causes:
                key = keys.setdefault(address, (part(address), done.get(address, "")))
                self.addresses[key][address] = None
            self.flows.update({keys[address] for address in change.causes})

    def texts(self) -> Iterator[str]:
        for (part, how), found in self.addresses.items():
            names = dict.fromkeys(map(short_address, found))
            if len(found) == 1:
                what = next(iter(found))
            elif len(names) == 1:
                what = f"{len(found):,} {next(iter(names))}"
            else:
                what = f"{len(found):,} {part} ({some([name.partition('.')[2] for name in names], 2)})"
            flows = self.flows[part, how]
            of_all = f" ({flows:,} of {self.all:,} flows)" if flows < self.all else ""
            yield f"cause{f' ({how})' if how else ''}: {what}{of_all}"

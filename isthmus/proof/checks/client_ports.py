"""Client ports that replies do not reach: a note if some are denied, a violation if most are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from isthmus.network.block import Block
from isthmus.network.client_ports import Denied, described
from isthmus.proof.checks.causes import Naming
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.pairs.pair import SampleFlow
from isthmus.proof.result.findings import Violation
from isthmus.text.listing import some

_MOST_FLOWS = 3


def client_port_violations(naming: Naming, a: str, b: str, samples: Sequence[SampleFlow]) -> Iterator[Violation]:
    """An intended flow that fails for most client ports. Users with a smaller range state it with `--client-ports`."""
    lost = [sample for sample in samples if sample.trip.mostly_denied]
    if lost:
        denied = lost[0].trip.denied
        named = naming.of_blocked(path for sample in lost for path in sample.trip.reply.paths)
        blocks = dict.fromkeys(one.block.address for one in denied)
        why = f"replies do not reach {described(denied)}, which is most of them: {_causes(denied)}"
        yield Violation("client-ports-denied", why, tuple(dict.fromkeys((*blocks, *named))), a, b)


def client_port_notes(pairs: AllPairs, concerned: Iterable[tuple[str, str, int]]) -> Iterator[str]:
    """Flows that do not work for some client ports: one sentence for each cause, with the flows."""
    found: dict[str, list[tuple[str, int]]] = {}
    for a, b, count in concerned:
        samples = pairs.between(a, b).workload_samples
        denied = [one for sample in samples for each in sample.classes for one in each.trip.denied]
        if denied:
            found.setdefault(_text(denied), []).append((f"{a} -> {b}", count))
    for text, flows in found.items():
        rest = sum(count for _, count in flows) - len(flows[:_MOST_FLOWS])
        more = f" and {rest} more" if rest else ""
        yield f"{', '.join(name for name, _ in flows[:_MOST_FLOWS])}{more}: not for {text}"


def _text(denied: Sequence[Denied]) -> str:
    return f"{described(denied)}: {_causes(denied)}"


def _causes(denied: Iterable[Denied]) -> str:
    found: dict[Block, None] = dict.fromkeys(one.block for one in denied)
    return some([f"{block.address}: {block.why}" for block in found], _MOST_FLOWS)

"""The algorithms of a tunnel, and the reason for weaker ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus_policy import Block, as_dict, readable


def below_minimum(
    block: Block, option: str, minimum: set[object], with_reason: set[object], default: Sequence[object]
) -> Iterator[str]:
    """Lists of algorithms that go below the minimum. With a reason in a tag, sound algorithms are accepted."""
    for n in (1, 2):
        key = f"isthmus:tunnel{n}-algorithms"
        reason = readable(as_dict(block.values.get("tags")).get(key))
        stated = isinstance(reason, str) and bool(reason.strip())
        for argument in (f"tunnel{n}_phase{phase}_{option}" for phase in (1, 2)):
            algorithms = block.items(argument, default)
            if not set(algorithms) <= (with_reason if stated else minimum):
                remedy = "" if stated or not set(algorithms) <= with_reason else f", and no tag {key} states a reason"
                yield f"{argument} is {algorithms}{remedy}"

"""Where the values of one argument differ, down to the arguments inside of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from isthmus.terraform.graph import Unknown


def differences(path: str, old: Any, new: Any, order_counts: Callable[[str], bool]) -> Iterator[tuple[str, Any, Any]]:
    """The arguments below a path whose values differ.

    `order_counts` says of a path whether its values or blocks are a list; else they are a set.
    """
    if same(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}, key=str):
            yield from differences(f"{path}.{key}", old.get(key), new.get(key), order_counts)
        return
    old_list, new_list = _listed(old), _listed(new)
    if any(isinstance(one, Mapping) for one in (*old_list, *new_list)):
        gone, come = _without(old_list, new_list), _without(new_list, old_list)
        for number in range(max(len(gone), len(come))):
            old_block = gone[number] if number < len(gone) else {}
            new_block = come[number] if number < len(come) else {}
            yield from differences(path, old_block, new_block, order_counts)
        if not gone and not come and order_counts(path):
            yield path, old, new
        return
    both = isinstance(old, tuple) and isinstance(new, tuple)
    if both and not order_counts(path) and not _without(old, new) and not _without(new, old):
        return
    yield path, old, new


def _without(some: tuple[Any, ...], others: tuple[Any, ...]) -> list[Any]:
    """The values without an equal one among the others. Each of two equal values needs its own."""
    left, found = list(others), []
    for one in some:
        at = next((number for number, other in enumerate(left) if same(one, other)), None)
        if at is None:
            found.append(one)
        else:
            del left[at]
    return found


def same(old: Any, new: Any) -> bool:
    """Whether two values are equal. Unknown values are equal if they have the same reason and the same origin."""
    if old != new:
        return False
    if isinstance(old, Unknown):
        return bool(old.origin == new.origin)
    if isinstance(old, Mapping):
        return all(same(value, new[key]) for key, value in old.items())
    return not isinstance(old, tuple) or all(map(same, old, new))


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)

"""Where the values of one argument differ, down to the arguments inside of blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """The arguments below a path whose values differ. The order of blocks and of values in a list does not count."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}, key=str):
            yield from differences(f"{path}.{key}", old.get(key), new.get(key))
        return
    old_list, new_list = _listed(old), _listed(new)
    if any(isinstance(one, Mapping) for one in (*old_list, *new_list)):
        gone = [one for one in old_list if one not in new_list]
        come = [one for one in new_list if one not in old_list]
        for number in range(max(len(gone), len(come))):
            old_block = gone[number] if number < len(gone) else {}
            new_block = come[number] if number < len(come) else {}
            yield from differences(path, old_block, new_block)
        return
    if isinstance(old, tuple) and isinstance(new, tuple) and sorted(map(repr, old)) == sorted(map(repr, new)):
        return
    yield path, old, new


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)

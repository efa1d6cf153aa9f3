"""`dynamic` blocks, written out.

https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.terraform.evaluate import evaluate_json
from isthmus.terraform.graph import Unknown, Value
from isthmus.terraform.scopes import EvaluationScope, bound, having, unknown
from isthmus.terraform.work_limit import spend

_MOST = 10_000  # blocks of one kind in one resource
_STEPS = 10  # steps of a block, in addition to those of its expressions


def expanded(raw: Any, scope: EvaluationScope, literal: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """The blocks that `dynamic` stands for, by name, after those of `literal` (evaluated arguments) that share it."""
    found: dict[str, tuple[Value, ...]] = {}
    for part in raw if isinstance(raw, list) else [raw]:
        if not isinstance(part, dict):
            continue
        for name, bodies in part.items():
            for body in bodies if isinstance(bodies, list) else [bodies]:
                if name not in found:
                    given = literal.get(name)
                    found[name] = given if isinstance(given, tuple) else () if given is None else (given,)
                found[name] += _blocks(name, body, scope)
    return list(found.items())


def _blocks(name: str, body: Any, scope: EvaluationScope) -> tuple[Value, ...]:
    if not isinstance(body, dict) or "for_each" not in body or "content" not in body:
        return (unknown(f"dynamic {name}"),)
    over = evaluate_json(body["for_each"], scope)
    if isinstance(over, tuple):
        pairs = [(item if isinstance(item, str) else at, item) for at, item in enumerate(over)]
    elif isinstance(over, dict):
        pairs = list(over.items())
    else:
        cause = over.reason if isinstance(over, Unknown) else "known after apply"
        return (unknown(f"dynamic {name}", cause),)
    if len(pairs) > _MOST:
        return (unknown(f"dynamic {name}", f"{len(pairs):,} blocks, of which {_MOST:,} are read at most"),)
    spend(len(pairs) * _STEPS)
    iterator = body.get("iterator", name)
    word = iterator if isinstance(iterator, str) else name
    return tuple(_block(body["content"], word, key, value, scope) for key, value in pairs)


def _block(content: Any, word: str, key: Value, value: Value, scope: EvaluationScope) -> Value:
    item = having(word, {"key": key, "value": value})
    inner = bound(scope, **{word: item})
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, dict) or "dynamic" not in content:
        return evaluate_json(content, inner)
    block = evaluate_json({key: value for key, value in content.items() if key != "dynamic"}, inner)
    return block | dict(expanded(content["dynamic"], inner, block)) if isinstance(block, dict) else block

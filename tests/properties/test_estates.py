"""What holds for any estate and its output. One estate is synthesized for all laws; each breach names its law."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from isthmus.intent import Estate
from isthmus.intent.checks import problems
from isthmus.intent.intent_file import from_document, to_document
from isthmus.testing.strategies import estates
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.properties.budget import share
from tests.properties.changes import Change, add_spoke
from tests.properties.laws import Output, breaches, changed, made
from tests.terraform.engine import Engine
from tests.terraform.engine.workspace import Estate as Folder

ORDERED = ("tunnels", "rules", "coordinates")
"""Lists whose order says something."""


def turned(estate: Estate, dice: random.Random) -> Estate:
    """The same estate, everything declared in another order."""

    def turn(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            items = [(name, turn(inner, name)) for name, inner in value.items()]
            dice.shuffle(items)
            return dict(items)
        if isinstance(value, list):
            items_ = [turn(inner) for inner in value]
            if key not in ORDERED:
                dice.shuffle(items_)
            return items_
        return value

    return from_document(json.dumps(turn(to_document(estate))))


@st.composite
def grown(draw: st.DrawFn) -> tuple[Estate, Change | None, random.Random]:
    """An estate, the addition of a spoke to it, and dice for another order."""
    estate = draw(estates())
    return estate, draw(add_spoke(estate)), draw(st.randoms(use_true_random=False))


@settings(max_examples=share(10))
@given(grown())
def test_the_laws_of_every_estate(drawn: tuple[Estate, Change | None, random.Random]) -> None:
    found = [*broken_laws(*drawn)]
    assert not found, "\n".join(found)


@settings(max_examples=share(50))
@given(estates().filter(lambda estate: any(estate.spokes) and any(estate.vpn_connections)))
def test_a_terraform_core_validates_and_plans_every_root(double_engine: Engine, estate: Estate) -> None:
    with tempfile.TemporaryDirectory(dir=double_engine.scratch) as folder:
        write_output(Path(folder), synthesize(estate))
        for root in Folder(Path(folder)).in_order():
            assert double_engine.check(root.directory) == [], root.name


def broken_laws(estate: Estate, addition: Change | None, dice: random.Random) -> Iterator[str]:
    """Everything that should hold and does not: of the estate, of it with a spoke more, and of it as it was again."""
    output = made(estate)
    yield from breaches(output)
    refused = set() if addition is None else {problem.rule for problem in problems(addition.estate)}
    if addition is None or refused:
        event(f"no spoke more: {', '.join(sorted(refused)) or 'no segment lets any in'}")
        unexpected = refused - addition.foreseen if addition else ()
        yield from (f"a change is refused as foreseen: {addition}: {rule}" for rule in unexpected)
    else:
        after = made(turned(addition.estate, dice))
        yield from (
            f"a spoke changes its own root alone: {addition}: {name}" for name in disturbed(output, after, addition)
        )
    again = made(turned(estate, dice))
    yield from (f"neither order nor what came and went shows: {name}" for name in changed(output.files, again.files))


def disturbed(before: Output, after: Output, change: Change) -> list[str]:
    """What an addition changed that it should not: other roots, and what was there in its own."""
    found = []
    for name in changed(before.files, after.files):
        root = name.split("/")[1] if name.startswith("stacks/") else ""
        if name == "manifest.json" or (root in (change.touches or ()) and name not in before.files):
            continue
        if root not in (change.touches or ()) or not name.endswith("/cdk.tf.json"):
            found.append(name)
        elif missing := lost(before.roots[root], after.roots[root]):
            found.append(f"{name}: {missing}")
    return found


def lost(before: Any, after: Any, path: str = "") -> list[str]:
    """What a document said that it no longer says, or says otherwise."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [one for key in before for one in lost(before[key], after.get(key), f"{path}.{key}")]
    if path == ".provider.aws":
        return [path] if any(provider not in after for provider in before) else []  # another segment, another role
    return [] if before == after else [path]

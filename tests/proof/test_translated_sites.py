"""A site whose device translates its addresses: AWS knows the routable range alone. Reports name the translation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from examples.stage_10_overlapping_site import estate, plant
from isthmus.intent import Estate
from isthmus.proof import Analysis, Verdict, read
from isthmus.proof.difference.flows import compare
from isthmus.proof.difference.on_premises import TRANSLATED
from isthmus.proof.result.assumptions import assumptions
from isthmus.steps.changed_roots import ApplyKind, change_of
from modules.synthesis import synthesize
from tests.proof.estates import output, write

STAGE = "stage_10_overlapping_site"
SENTENCE = "the devices of site plant translate 10.1.0.0/20 to 172.31.0.0/20, 1:1 in both directions"


def without_translation() -> Estate:
    bare = replace(plant, non_routable_cidrs={})
    return replace(estate, sites=[bare if site.name == "plant" else site for site in estate.sites])


@cache
def plain() -> Mapping[str, str]:
    return synthesize(without_translation())


def analysis(files: Mapping[str, str], folder: Path) -> Analysis:
    return read(write(files, folder))


def test_the_proof_assumes_the_translation_and_says_so(tmp_path: Path) -> None:
    found = analysis(output(STAGE), tmp_path).prove(scenarios=False)
    assert found.verdict is Verdict.PROVED
    assert [text for text in found.assumptions if text.startswith(SENTENCE)]


def test_without_a_translation_there_is_no_such_assumption(tmp_path: Path) -> None:
    found = analysis(plain(), tmp_path)
    assert not [text for text in assumptions(found.pairs.engine, found.locations) if "translate" in text]


def test_the_terraform_of_the_estate_is_the_same_with_and_without_a_translation() -> None:
    """AWS has no part in it: every route, filter and prefix names the routable range."""
    translated = output(STAGE)
    assert translated.keys() == plain().keys()
    assert {name for name, text in translated.items() if text != plain()[name]} == {"intent.json"}


def test_an_added_translation_is_an_on_premises_change(tmp_path: Path) -> None:
    folders = tmp_path / "before", tmp_path / "after"
    before, after = (analysis(files, folder) for files, folder in zip((plain(), output(STAGE)), folders, strict=True))
    difference = compare(before, after)
    [change] = difference.on_premises
    assert change.name == "plant-01"
    [setting] = change.settings
    assert str(setting).startswith(TRANSLATED)
    [apply] = change_of(folders, before, after).applies
    assert (apply.name, apply.kind) == ("plant", ApplyKind.SITE)

"""docs/how-to/rename.md, executed: its programs are valid, and each step of a move to another account is proved."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from isthmus import proof
from isthmus.changes import ResourceAction, refused, resource_changes
from isthmus.intent import Egress, Estate, Spoke, check
from isthmus.proof import Verdict
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of, files_of

PAGE = Path("docs/how-to/rename.md").read_text()
REFERENCE = "environments.estate"
SPOKES: list[Spoke] = [
    eval(text, {"Spoke": Spoke, "Egress": Egress}) for text in re.findall(r"^ +(Spoke\(.*\))$", PAGE, re.MULTILINE)
]


def test_the_programs_of_the_page() -> None:
    assert [(spoke.name, spoke.was) for spoke in SPOKES] == [("billing", "payments"), ("test-2", None)]


def with_spokes(estate: Estate, **spokes: list[Spoke]) -> Estate:
    return replace(
        estate,
        environments=[
            replace(environment, spokes=spokes.get(environment.name, environment.spokes))
            for environment in estate.environments
        ],
    )


def test_a_move_to_another_account_step_by_step(tmp_path: Path) -> None:
    base = estate_of(REFERENCE)
    (old,) = base.environment("test").spokes
    (prod,) = base.environment("prod").spokes
    second = with_spokes(base, prod=[prod, SPOKES[1]])
    steps = {"base": files_of(REFERENCE), "second": synthesize(check(second))}
    steps["retired"] = synthesize(check(with_spokes(second, test=[])))
    networks = {}
    for name, files in steps.items():
        write_output(tmp_path / name, files)
        networks[name] = proof.read(tmp_path / name)
        assert networks[name].prove(scenarios=False).verdict is Verdict.PROVED, name

    added = proof.compare(networks["base"], networks["second"])
    assert {change.kind for change in added.changes} == {"gained"}
    assert {"test-2"} <= {change.source for change in added.changes}
    made = resource_changes(networks["base"].graph, networks["second"].graph)
    assert {change.action for change in made} <= {ResourceAction.CREATE, ResourceAction.UPDATE}

    gone = proof.compare(networks["second"], networks["retired"])
    assert {change.kind for change in gone.changes} == {"lost"}
    assert all(old.name in (change.source, change.destination) for change in gone.changes)
    ended = resource_changes(networks["second"].graph, networks["retired"].graph)
    assert {change.address.partition("/")[0] for change in ended if change.action is ResourceAction.DESTROY} == {"test"}
    assert refused(networks["second"].graph, ended) == ()


def test_what_the_page_quotes_is_what_diff_says() -> None:
    assert "moved; nothing is destroyed" in PAGE
    assert 'Renamed? Write: was="payments"' in PAGE

"""An estate grows and shrinks: every step is refused for a reason foreseen, or leaves what it is not about alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from isthmus.intent import Estate
from isthmus.intent.checks import problems
from isthmus.testing.strategies import estates
from modules.output_folder import write_output
from modules.terraform_names import identifier
from tests.modules.synthesized import estate_of
from tests.properties.budget import share
from tests.properties.changes import KINDS, Change, Kind
from tests.properties.laws import Output, breaches, changed, made
from tests.terraform.engine import Engine
from tests.terraform.engine.workspace import Estate as Folder


class Life(RuleBasedStateMachine):
    """An estate as its owners change it, one step after the other."""

    output: Output

    def begin(self, estate: Estate) -> None:
        self.output = made(estate)
        found = breaches(self.output)
        assert not found, "\n".join(found)

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def step(self, data: st.DataObject, kind: Kind) -> None:
        change = data.draw(kind(self.output.estate), label=kind.__name__)
        if change is None:
            event(f"{kind.__name__}: nothing to change")
            return
        if refused := {problem.rule for problem in problems(change.estate)}:
            event(f"{kind.__name__}: refused by {', '.join(sorted(refused))}")
            assert refused <= change.foreseen, f"{change}: {refused}"
            return
        event(f"{kind.__name__}: done")
        after = made(change.estate)
        found = [*breaches(after), *strayed(self.output, after, change), *moved(self.output, after)]
        assert not found, "\n".join([f"after: {change}", *found])
        self.follow(changed(self.output.files, after.files), after)
        self.output = after

    def follow(self, files: list[str], after: Output) -> None:
        """What else is done at each step."""


class Anywhere(Life):
    """It begins anywhere."""

    @initialize(estate=estates(largest=3))
    def found(self, estate: Estate) -> None:
        self.begin(estate)


class Planned(Life):
    """It begins with the first of the guide's stages, and a Terraform core plans every root that a step changes."""

    engine: ClassVar[Engine]

    @initialize()
    def found(self) -> None:
        self.begin(estate_of("examples.stage_1_dev_only"))

    def follow(self, files: list[str], after: Output) -> None:
        roots = {name.split("/")[1] for name in files if name.startswith("stacks/")}
        with tempfile.TemporaryDirectory(dir=self.engine.scratch) as folder:
            write_output(Path(folder), after.files)
            for root in Folder(Path(folder)).in_order():
                if root.name in roots:
                    assert self.engine.check(root.directory) == []


def test_a_step_leaves_alone_what_it_is_not_about() -> None:
    lives = settings(max_examples=share(25), stateful_step_count=min(30, share(10)))
    run_state_machine_as_test(Anywhere, settings=lives)


def test_a_terraform_core_plans_what_a_step_changes(double_engine: Engine) -> None:
    lives = settings(max_examples=share(50), stateful_step_count=min(10, share(12)))

    class Here(Planned):
        engine = double_engine

    run_state_machine_as_test(Here, settings=lives)


def strayed(before: Output, after: Output, change: Change) -> Iterator[str]:
    """Files of roots that a change is not about."""
    for name in changed(before.files, after.files):
        if change.touches is not None and name != "manifest.json" and name.split("/")[1] not in change.touches:
            yield f"a change keeps to its roots, {', '.join(sorted(change.touches))}: {name}"


def moved(before: Output, after: Output) -> Iterator[str]:
    """Resources that AWS would replace or renumber, although the estate did not change them."""
    was, now = lasting(before), lasting(after)
    for thing in was.keys() & now.keys():
        (declared, its), (still, others_own) = was[thing], now[thing]
        if declared != still:
            continue
        for name, arguments in its.items():
            if others_own.get(name, arguments) != arguments:
                yield f"what did not change stays: {name}"
        if its.keys() != others_own.keys() and not _home(before, thing) and not _home(after, thing):
            yield f"what did not change stays: {thing}: {sorted(its.keys() ^ others_own.keys())}"


_LASTING = ("aws_vpc", "aws_subnet", "aws_eip", "aws_nat_gateway", "aws_ec2_transit_gateway_vpc_attachment")

Lasting = Mapping[str, tuple[object, Mapping[str, Mapping[str, Any]]]]


def lasting(output: Output) -> Lasting:
    """Spokes and VPN connections: by place, what is declared of each, and its resources that last."""
    found: dict[str, tuple[object, dict[str, Mapping[str, Any]]]] = {}
    for environment, spoke in output.estate.spokes:
        place = f"{environment.name}/spoke_{identifier(spoke.name)}"
        found[place] = ((spoke, output.estate.zones_of(spoke), environment.protected), {})
    hub = output.estate.hub_environment
    for connection in hub.vpn_connections:
        place = f"{hub.name}/vpn/{identifier(connection.name)}"
        found[place] = ((connection, hub.protected), {})
    for resource in output.resources:
        if resource.kind == "aws_vpn_connection":
            found[f"{resource.place}/{resource.name}"][1][resource.address] = resource.arguments
        elif resource.kind in _LASTING and resource.place in found:
            found[resource.place][1][resource.address] = resource.arguments
    return found


def _home(output: Output, place: str) -> bool:
    """Whether a place is the spoke of hybrid DNS, whose subnets come and go with that."""
    homes = [(e.name, str(e.dns.spoke)) for e in output.estate.environments if e.dns is not None]
    return any(place == f"{root}/spoke_{identifier(spoke)}" for root, spoke in homes)

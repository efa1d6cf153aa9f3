"""Who may open connections: proved of what is generated, and missed by nothing that goes wrong with it."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from examples import stage_5_resilient_vpn as stage
from isthmus import proof
from isthmus.intent import AllowedConnection, Estate, check
from isthmus.network.packets import parsed
from isthmus.proof import Outcome, Verdict
from isthmus.report.difference_json import difference_json
from isthmus.report.difference_markdown import difference_markdown
from isthmus.report.difference_terminal import print_difference
from isthmus.text.console import console
from modules.synthesis import synthesize
from tests.proof.estates import write

SERVICES = replace(stage.network_services, blocks=["10.1.48.0/20"])
WORKLOADS = replace(stage.workloads, blocks=["10.1.0.0/19", "10.1.32.0/20"])
OPENS = (
    AllowedConnection(source="dc1/users", to=WORKLOADS, ports=["tcp/443", "icmp"]),
    AllowedConnection(source=WORKLOADS, to=SERVICES, ports=["tcp/443", "tcp/8000-8080", "udp/53"]),
)


def estate(*allowed_connections: AllowedConnection) -> Estate:
    """Stage 5 up to dev, with openings; its segments have the blocks that their spokes lie in."""
    environments = stage.estate.environments[:3]
    return check(
        replace(
            stage.estate,
            segments=[SERVICES, WORKLOADS],
            environments=environments,
            allowed_connections=allowed_connections or OPENS,
        )
    )


@cache
def output() -> dict[str, str]:
    return synthesize(estate())


def edited(folder: Path, edit: object = None) -> proof.Analysis:
    """The output read back, after a change to the network ACL rules of spoke dev."""
    path = "stacks/dev/modules/spoke_dev/main.tf.json"
    document = json.loads(output()[path])
    if callable(edit):
        edit(document["resource"]["aws_network_acl_rule"])
    return proof.read(write({**output(), path: json.dumps(document)}, folder))


def test_allowed_connections_are_proved(tmp_path: Path) -> None:
    answer = edited(tmp_path).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)


@pytest.mark.parametrize(
    ("source", "to", "protocol", "port", "arrives", "answered"),
    [
        ("dc1/users", "dev", "tcp", 443, True, True),
        ("dc1/users", "dev", "icmp", 0, True, True),
        ("dc1/users", "dev", "tcp", 22, False, False),
        ("dc1/users", "dev", "tcp", 8443, False, False),
        ("dc1/users", "dev", "udp", 443, False, False),
        # Nothing is said of what workloads open to users: what looks like a reply leaves, and no answer comes back.
        ("dev", "dc1/users", "tcp", 443, False, False),
        ("dev", "dc1/users", "tcp", 8443, True, False),
        ("dev", "dc1/users", "icmp", 0, False, False),
        ("dev", "shared-services", "tcp", 8080, True, True),
        ("dev", "shared-services", "udp", 53, True, True),
        ("dev", "shared-services", "tcp", 8081, False, False),
        ("shared-services", "dev", "tcp", 443, False, False),
        # Nothing at all is said of servers.
        ("dc1/servers", "dev", "tcp", 22, True, True),
        ("dev", "dc1/servers", "tcp", 5432, True, True),
    ],
)
def test_packet_by_packet(
    subject: proof.Analysis, source: str, to: str, protocol: str, port: int, arrives: bool, answered: bool
) -> None:
    trips = subject.trace(source, to, protocol=protocol, port=port).trips
    assert {trip.forward.outcome is Outcome.REACHABLE for trip in trips} == {arrives}
    if arrives:
        assert {trip.reply.outcome is Outcome.REACHABLE for trip in trips} == {answered}


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> proof.Analysis:
    return edited(tmp_path_factory.mktemp("openings"))


def test_every_rule_of_the_network_acl_is_needed(tmp_path: Path) -> None:
    """Without any one of them something said does not work, or something not said does."""
    document = json.loads(output()["stacks/dev/modules/spoke_dev/main.tf.json"])
    names = set(document["resource"]["aws_network_acl_rule"])
    proved = set()
    for name in names:

        def without(found: dict[str, object], name: str = name) -> None:
            del found[name]

        if edited(tmp_path, without).prove(scenarios=False).verdict is Verdict.PROVED:
            proved.add(name)
    # What goes on inside a VPC is not asked of a proof: see `test_all_connections_inside_a_vpc_are_allowed`.
    # What routers on the way report is let through, and no flow that is said depends on it.
    reported = {name for name in names if name.endswith("_path_mtu")}
    assert len(reported) == 4
    assert proved == {"from_10_1_0_0_20", "to_10_1_0_0_20", *reported}


def test_only_icmp_reports_of_routers_are_allowed(subject: proof.Analysis) -> None:
    """Fragmentation needed is type 3 code 4. Host unreachable is code 1 of that type."""

    def arrives(source: str, to: str, message: str) -> bool:
        packets = parsed(message)
        assert packets is not None
        return any(
            path.outcome is Outcome.REACHABLE
            for within, view in subject.pairs.between(source, to).by_packets(packets)
            for trial in view.samples
            for path in trial.trip.forward.paths
        )

    for source, to in (("dc1/users", "dev"), ("dev", "dc1/users"), ("dev", "shared-services")):
        assert arrives(source, to, "icmp/3/4")
        assert not arrives(source, to, "icmp/3/1")
        assert not arrives(source, to, "icmp/4")


def test_rules_for_icmp_reports_allow_nothing_else(tmp_path: Path) -> None:
    """With all codes of type 3 the proof finds an unintended connection."""

    def wider(rules: dict[str, dict[str, object]]) -> None:
        for name, rule in rules.items():
            if name.endswith("_path_mtu"):
                rule["icmp_code"] = -1

    answer = edited(tmp_path, wider).prove(scenarios=False)
    assert "unintended-connection" in {violation.rule for violation in answer.violations}


def test_all_connections_inside_a_vpc_are_allowed(tmp_path: Path) -> None:
    """What stops the rest of on-premises, whose ranges hold the VPC's own, does not stop it."""

    def works(found: proof.Analysis) -> bool:
        here, there = (f"dev/module.spoke_dev.aws_subnet.private_az{number}" for number in (1, 2))
        return found.trace(here, there).works

    assert works(edited(tmp_path / "right"))
    for name in ("from_10_1_0_0_20", "to_10_1_0_0_20"):
        assert not works(edited(tmp_path / name, lambda found, name=name: found.pop(name)))


def test_a_wider_port_range_is_found(tmp_path: Path) -> None:
    answer = edited(tmp_path, lambda found: found["from_dc1_users_tcp_443"].update(to_port=444)).prove(scenarios=False)
    assert {(v.rule, v.source, v.destination) for v in answer.violations} == {
        ("unintended-connection", "dc1/users", "dev")
    }
    assert answer.violations[0].packets == "tcp/444"


def test_connections_in_both_directions_get_a_note(tmp_path: Path) -> None:
    both = estate(
        AllowedConnection(source=WORKLOADS, to=SERVICES, ports=["tcp/443"]),
        AllowedConnection(source=SERVICES, to=WORKLOADS, ports=["tcp/22"]),
    )
    answer = proof.read(write(synthesize(both), tmp_path)).prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)
    assert any("ports 1024 to 65535 are reachable in both directions" in note for note in answer.notes)


def test_a_limited_segment_does_not_limit_traffic_inside_a_vpc(tmp_path: Path) -> None:
    open_ = replace(WORKLOADS, isolated=False)
    given = check(
        replace(
            stage.estate,
            segments=[SERVICES, open_],
            allowed_connections=[AllowedConnection(source=open_, to=open_, ports=["tcp/443"])],
        )
    )
    read = proof.read(write(synthesize(given), tmp_path))
    assert read.prove(scenarios=False).verdict is Verdict.PROVED
    document = json.loads((tmp_path / "stacks/dev/modules/spoke_dev/main.tf.json").read_text())
    numbers = {name: rule["rule_number"] for name, rule in document["resource"]["aws_network_acl_rule"].items()}
    own = {name for name in numbers if name.endswith("_10_1_0_0_20")}
    assert own == {"from_10_1_0_0_20", "to_10_1_0_0_20"}
    assert max(numbers[name] for name in own) < min(number for name, number in numbers.items() if name not in own)


def test_an_additional_connection_renumbers_no_rule() -> None:
    """A rule's number cannot be changed: moved rules would be refused while the next one is still there."""

    def numbers(of: Estate) -> dict[str, int]:
        document = json.loads(synthesize(of)["stacks/dev/modules/spoke_dev/main.tf.json"])
        return {name: rule["rule_number"] for name, rule in document["resource"]["aws_network_acl_rule"].items()}

    before, after = (
        numbers(estate()),
        numbers(estate(AllowedConnection(source="dc1/servers", to=WORKLOADS, ports=["icmp"]), *OPENS)),
    )
    assert {*after} - {*before}
    assert all(after[name] == before[name] for name in {*before} & {*after})
    # Before, all packets of servers were allowed; now only their allowed connections are.
    assert {*before} - {*after} == {"from_named_172_21_0_0_16", "to_named_172_21_0_0_16"}


def test_one_way_flows_get_a_note(tmp_path: Path) -> None:
    """The matrix says "one way" of who answers and opens nothing: a reader has to know that it is no leak."""
    notes = [note for note in edited(tmp_path).prove(scenarios=False).notes if "replies do not come back" in note]
    assert [note.split(":")[0] for note in notes] == [
        "workloads opens no tcp connection to dc1/users, and replies to those of dc1/users",
        "network-services opens no tcp connection to workloads, and replies to those of workloads",
        "network-services opens no udp connection to workloads, and replies to those of workloads",
    ]


def test_a_one_way_flow_is_marked_unless_the_network_is_proved(tmp_path: Path) -> None:
    answered = edited(tmp_path / "right").prove(scenarios=False)
    flow = answered.flows["dev", "dc1/users"]
    assert (flow.one_way, answered.marks(flow)) == (True, False)

    def open_to_users(rules: dict[str, dict[str, object]]) -> None:
        for rule in rules.values():
            if rule["rule_action"] == "deny" and rule["egress"] is False:
                rule["rule_action"] = "allow"

    leaking = edited(tmp_path / "wrong", open_to_users).prove(scenarios=False)
    assert leaking.verdict is Verdict.VIOLATED
    marked = {(f.source, f.destination) for f in leaking.flows if f.one_way and leaking.marks(f)}
    assert ("shared-services", "dev") in marked
    assert not answered.marks(answered.flows["dc1/users", "dev"])
    assert all(answered.marks(replace(f, intended=not f.works)) for f in answered.flows)


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> tuple[proof.Analysis, proof.Analysis]:
    """The same network, where workloads may also open SSH to services."""
    more = replace(OPENS[1], ports=[*OPENS[1].ports, "tcp/22"])
    before = proof.read(write(output(), tmp_path_factory.mktemp("before")))
    return before, proof.read(write(synthesize(estate(OPENS[0], more)), tmp_path_factory.mktemp("after")))


def test_an_additional_port_is_a_change(subjects: tuple[proof.Analysis, proof.Analysis]) -> None:
    """The usual packet has the same outcome: packets that filters distinguish are compared too."""
    before, after = subjects
    (gained,) = proof.compare(before, after, scenarios=False).changes
    assert (gained.kind, gained.source, gained.destination) == ("gained", "dev", "shared-services")
    assert gained.packets == "tcp/22"
    assert any(".aws_network_acl" in cause for cause in gained.causes)
    (lost,) = proof.compare(after, before, scenarios=False).changes
    assert (lost.kind, lost.source, lost.destination, lost.packets) == ("lost", "dev", "shared-services", "tcp/22")


def test_reports_name_the_packets(
    subjects: tuple[proof.Analysis, proof.Analysis], capsys: pytest.CaptureFixture[str]
) -> None:
    difference = proof.compare(*subjects)
    print_difference(difference, (), console())
    assert "- gained: dev -> shared-services, for tcp/22\n" in capsys.readouterr().out
    assert "**gained**: dev -&gt; shared-services, for tcp/22\n" in difference_markdown(difference, ())
    assert json.loads("".join(difference_json(difference, ())))["changes"][0]["packets"] == "tcp/22"


@pytest.mark.parametrize(
    "allowed",
    [
        OPENS,
        (AllowedConnection(source="dc1/users", to=WORKLOADS, ports=["tcp/443"]),),
        (AllowedConnection(source=WORKLOADS, to="dc1/users", ports=["udp/53", "tcp/8000-8080"]),),
    ],
)
def test_the_path_of_a_flow_shows_its_outcome(allowed: tuple[AllowedConnection, ...], tmp_path: Path) -> None:
    """The packets whose path is shown are of the class that decides, also if the class of ICMP messages is left out."""
    answer = proof.read(write(synthesize(estate(*allowed)), tmp_path)).prove(scenarios=False)
    shown = 0
    for flow in answer.flows:
        if flow.evidence is not None:
            assert flow.evidence.forward.outcome is flow.forward, flow
            assert flow.evidence.reply.outcome is flow.reply, flow
            shown += 1
    assert shown > 20

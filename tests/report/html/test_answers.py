"""What a report says is what `prove`, `trace`, `diff`, `cost`, `handover` and `scan` say of the same input."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from itertools import pairwise, product
from random import Random
from typing import Any

import pytest

from isthmus import cli, proof
from isthmus.network.answers import Internet, Packet, Trace
from isthmus.network.packet_classes import of_one
from isthmus.network.packets import OTHER_PROTOCOLS, PROTOCOLS
from isthmus.proof.trace.flow import FlowTrace, trace_by_packets
from isthmus.report.html.page import report_html
from isthmus.report.html.report_input import ReportInput
from isthmus.report.html.scan_file import read_scan
from isthmus.report.proof_json import proof_json
from tests.network.networks import mesh
from tests.proof.estates import EVERYTHING
from tests.report.grouped import flows_in
from tests.report.html.reports import STAGE_3, STAGE_4, STAGE_5, data_of, folder, given, report

NETWORKS = (STAGE_4, STAGE_5, EVERYTHING)


def network_of(name: str, before: str = "", side: str = "after") -> Mapping[str, Any]:
    found: Mapping[str, Any] = data_of(report(name, before))["sides"][side]
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_every_flow_is_that_of_the_proof(name: str) -> None:
    """The flows, the verdict and everything else that `isthmus prove --json` has."""
    written = json.loads("".join(proof_json(given(name).subject.prove())))
    network = network_of(name)
    flows = {(flow["source"], flow["destination"]): flow for flow in network["reachability"]["flows"]}
    assert set(flows) == set(flows_in(written))
    for flow in (one["example"] for one in written["flows"]):
        shown = flows[flow["source"], flow["destination"]]
        assert {key: shown[key] for key in flow if key in shown} == {key: flow[key] for key in flow if key in shown}
        assert set(flow) - set(shown) <= {"path", "blocked_by", "packet_outcomes"}
        stated = [outcome["packets"] for outcome in flow.get("packet_outcomes", [])]
        assert [one["text"].partition(": ")[0] for one in shown["packets"]] == (stated or ["all packets"])
        blocked = {(block["rule"], block["address"]) for block in flow["blocked_by"]}
        assert blocked <= {block for one in shown["classes"] for block in blocks(network, one["trace"])}
    assert [one["rule"] for one in network["violations"]] == [one["rule"] for one in written["violations"]]
    assert network["assumptions"] == written["assumptions"]
    assert network["notes"] == written["notes"]
    assert network["verdict"].lower().startswith(written["verdict"])
    assert {one["connection"] for one in network["on_premises"]["by_aws"]} == set(written["advertised_prefixes"])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_matrix_has_a_cell_for_each_pair_of_the_proof(name: str) -> None:
    reach = network_of(name)["reachability"]
    names = [row["name"] for row in reach["rows"]]
    flows = given(name).subject.flows
    for (y, a), (x, b) in product(enumerate(names), repeat=2):
        number = reach["cells"][y][x]
        assert (number is not None) == flows.in_scope(a, b)
        if number is not None:
            assert (reach["flows"][number]["source"], reach["flows"][number]["destination"]) == (a, b)


# --- packets


def packets_to_ask(random: Random) -> Packet:
    """A packet of any protocol."""
    anywhere = Internet()
    protocol = random.choice([*PROTOCOLS, *PROTOCOLS, str(random.choice(sorted(OTHER_PROTOCOLS)))])
    port = random.choice([22, 53, 80, 443, 3389, random.randrange(65_536)])
    return Packet(anywhere, anywhere, protocol, port if protocol in ("tcp", "udp") else 0)


def set_with(sets: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """The set that the page selects for a packet."""
    (found,) = (one for one in sets if any(low <= place <= high for low, high in one["spans"]))
    return found


def hops(network: Mapping[str, Any], trace: Mapping[str, Any]) -> list[tuple[str, str]]:
    paths = [network["paths"][number] for trip in trace["trips"] for number in trip["forward"]["paths"]]
    return [(network["hops"][hop]["kind"], network["hops"][hop]["address"]) for path in paths for hop in path["hops"]]


def blocks(network: Mapping[str, Any], trace: Mapping[str, Any]) -> set[tuple[str, str]]:
    found = set()
    for trip in trace["trips"]:
        numbers = [*trip["asymmetric"]]
        for leg in ("forward", "return"):
            numbers += [block for number in trip[leg]["paths"] for block in network["paths"][number]["blocks"]]
        found |= {(network["blocks"][number]["rule"], network["blocks"][number]["address"]) for number in numbers}
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_a_packet_is_answered_as_by_trace(name: str) -> None:
    """The page selects the set with the packet: its trace is the one that `isthmus trace` makes of that packet."""
    random = Random(41)
    network, subject = network_of(name), given(name).subject
    for flow in random.sample(network["reachability"]["flows"], 25):
        packet = packets_to_ask(random)
        answer = set_with(flow["classes"], packet.place)["trace"]
        traced = subject.trace(flow["source"], flow["destination"], packets=of_one(packet))
        assert answer["outcome"] == traced.outcome.value
        assert answer["works"] == traced.works
        assert answer["parts"] == traced.parts
        examples = traced.examples
        expected = [(hop.kind, hop.address) for trip in examples for path in trip.forward.paths for hop in path.hops]
        assert hops(network, answer) == expected
        assert blocks(network, answer) >= {(b.rule, b.address) for trip in examples for b in trip.blocks}
        outcome = set_with(flow["packets"], packet.place)
        stated = subject.flows[flow["source"], flow["destination"]].packet_outcomes
        assert outcome["text"] == next(str(one) for one in stated if packet.place in one.packets)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_sets_of_a_flow_hold_every_packet_once(name: str) -> None:
    for flow in network_of(name)["reachability"]["flows"]:
        for sets in (flow["classes"], flow["packets"]):
            spans = sorted(span for one in sets for span in one["spans"])
            assert spans[0][0] == 0
            assert spans[-1][1] == (1 << 24) - 1
            assert all(after[0] == before[1] + 1 for before, after in pairwise(spans))


def test_sets_of_packets_have_the_trace_of_each_of_their_packets() -> None:
    """Network ACLs that distinguish ports: the trace of a set is that of the first and the last packet of each span."""
    subject = walled()
    sets = list(trace_by_packets(subject.pairs, "a", "b"))
    assert len(sets) >= 4
    for packets, traced in sets:
        for at in {end for span in packets.spans for end in span}:
            one = subject.trace("a", "b", packets=of_one(Packet.at(at, Internet(), Internet())))
            assert _answer(one) == _answer(traced)


def test_each_packet_of_a_network_with_acls_is_answered_as_by_trace() -> None:
    """The sets of the page hold every packet once. Each packet at the end of a span is answered as by trace."""
    subject = walled()
    network = data_of(report_html(ReportInput(subject, ("plan.json",))))["sides"]["after"]
    (flow,) = (one for one in network["reachability"]["flows"] if (one["source"], one["destination"]) == ("a", "b"))
    spans = sorted(span for one in flow["classes"] for span in one["spans"])
    assert [after[0] - before[1] for before, after in pairwise(spans)] == [1] * (len(spans) - 1)
    assert (spans[0][0], spans[-1][1]) == (0, (1 << 24) - 1)
    assert len(flow["classes"]) < len(spans)
    for at in {end for span in spans for end in span}:
        answer = set_with(flow["classes"], at)["trace"]
        traced = subject.trace("a", "b", packets=of_one(Packet.at(at, Internet(), Internet())))
        assert (answer["outcome"], answer["works"]) == (traced.outcome.value, traced.works)
        assert blocks(network, answer) >= {(b.rule, b.address) for trip in traced.examples for b in trip.blocks}


def walled() -> proof.Analysis:
    """Two VPCs, one with a network ACL that distinguishes ports."""
    d = mesh("a", "b")
    inbound = ["allow tcp 20-30 10.1.0.0/16", "deny udp 53 0.0.0.0/0", "allow udp 1-99 10.1.0.0/16"]
    d.acl("walls", "b", inbound=inbound, outbound=["allow tcp 1024-40000 0.0.0.0/0", "allow all 10.1.1.7/32"])
    d.subnet("b2", "b", "10.2.2.0/24", routes={"0.0.0.0/0": "hub"}, nacl="walls")
    return proof.Analysis(d.network(), None)


def _answer(traced: FlowTrace) -> object:
    """Everything but the reason of a block, which names the packet that is traced."""
    return traced.outcome, traced.works, traced.parts, [list(map(_leg, (t.forward, t.reply))) for t in traced.trips]


def _leg(leg: Trace) -> object:
    return leg.outcome, [(path.hops, [(b.rule, b.address) for b in path.blocks], path.unknown) for path in leg.paths]


# --- failures


@pytest.mark.parametrize("name", NETWORKS)
def test_the_failures_are_those_of_the_proof(name: str) -> None:
    reach = network_of(name)["reachability"]
    scenarios = given(name).subject.prove().scenarios
    assert [one["text"] for one in reach["failures"]] == list(map(str, scenarios))
    for shown, result in zip(reach["failures"], scenarios, strict=True):
        lost = {(a, b) for one in result.lost for a, b in one.flows}
        cells = {
            (reach["flows"][one["cell"]]["source"], reach["flows"][one["cell"]]["destination"]) for one in shown["lost"]
        }
        assert cells == lost
        assert sum(one["count"] for one in shown["lost"]) == result.count


# --- the other sections


def test_cost_and_sheets_are_those_of_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    data = data_of(report(STAGE_5))
    path = str(folder(STAGE_5))
    cli.main(["cost", path, "--json", "-"])
    cost = json.loads(capsys.readouterr().out)
    assert {one["root"]: one["amount"] for one in data["cost"]["roots"]} == cost["fixed_by_root_module"]
    assert data["cost"]["not_included"] == cost["not_included"]
    assert len(data["cost"]["fixed"]["rows"]) == len(cost["charges"]) + 1
    cli.main(["handover", path])
    sheets = re.sub(r"[\\`*|#-]", " ", capsys.readouterr().out.replace("\u200b", "")).split()
    shown = [word for sheet in data["sides"]["after"]["on_premises"]["sheets"] for word in _words(sheet["blocks"])]
    assert " ".join(shown).replace("&lt;", "<") == " ".join(sheets)


def _words(value: object) -> list[str]:
    """The words of blocks in order, without marks."""
    if isinstance(value, str):
        return re.sub(r"[\\`*|#-]", " ", value).split()
    if isinstance(value, dict):
        return [word for key in ("text", "head", "rows") if key in value for word in _words(value[key])]
    return [word for each in value for word in _words(each)] if isinstance(value, list) else []


def test_a_difference_has_both_networks_and_what_diff_says() -> None:
    data = data_of(report(STAGE_4, STAGE_3))
    assert data["sides"]["before"] == {**network_of(STAGE_3), "paths": data["sides"]["before"]["paths"]}
    assert data["sides"]["after"]["reachability"] == network_of(STAGE_4)["reachability"]
    assert data["difference"]["verdict"].startswith("Flows change")
    assert data["difference"]["terraform"].startswith("Terraform: ")
    marks = {box["mark"] for box in data["compared_diagram"]["boxes"]}
    assert marks == {"added", ""}
    titles = [card["title"] for card in data["cards"]]
    assert titles == ["Verdict", "Destroyed and replaced", "Flows", "Cost per month", "Findings"]


def test_findings_and_the_next_expiry_come_from_the_scan(tmp_path_factory: pytest.TempPathFactory) -> None:
    waiver = {"check": "CKV_1", "root_module": "*", "resource": "*", "reason": "why", "expires": "2027-03-31"}
    finding: dict[str, Any] = {"check": "CKV_1", "severity": "LOW", "summary": "s", "details": [], "root_module": "dev"}
    finding |= {"address": "aws_vpc.this", "file": "stacks/dev/main.tf.json", "lines": [3, 9], "documentation": ""}
    later = {**waiver, "expires": "2028-01-01"}
    document = {
        "schema": 1,
        "command": "scan",
        "date": "2026-11-30",
        "passed": 9,
        "findings": [finding],
        "waived": [{**finding, "waiver": later}, {**finding, "waiver": waiver}],
        "expired_waivers": [],
        "unused_waivers": [],
    }
    file = tmp_path_factory.mktemp("scan") / "scan.json"
    file.write_text(json.dumps(document))
    data = data_of(report_html(given(STAGE_5), None, read_scan(str(file))))
    card = next(card for card in data["cards"] if card["title"] == "Findings")
    assert (card["value"], card["tone"]) == ("1 finding", "bad")
    assert card["detail"] == "2 waived, the next waiver expires on 2027-03-31. Scanned on 2026-11-30."
    assert data["scan"]["findings"] == [finding]


def test_a_network_without_an_intent_is_reported_too() -> None:
    subject = proof.Analysis(mesh("a", "b").network(), None)
    data = data_of(report_html(ReportInput(subject, ("plan.json",))))
    network = data["sides"]["after"]
    assert network["against_intent"] is False
    assert {flow["state"] for flow in network["reachability"]["flows"]} <= {"reachable", "blocked", "unknown", "partly"}
    assert network["on_premises"]["sheets"] == []
    assert network["on_premises"]["no_sheets"]
    assert data["cost"]["no_estimate"]


# --- paths


@pytest.mark.parametrize("name", NETWORKS)
def test_each_path_passes_boxes_of_the_diagram_and_names_lines_of_files(name: str) -> None:
    network = network_of(name)
    boxes = network["diagram"]["boxes"]
    for path in network["paths"]:
        # The internet has a box only if the network has an internet gateway.
        kinds = {network["hops"][hop]["kind"] for hop in path["hops"]}
        assert path["boxes"] or kinds == {"internet"}
        assert all(0 <= box < len(boxes) for box in path["boxes"])
        assert all(a != b for a, b in pairwise(path["boxes"]))
    resources = {hop["address"] for hop in network["hops"] if "aws_" in hop["address"] and "[" not in hop["address"]}
    assert resources <= set(network["places"])
    for address, place in network["places"].items():
        file, _, line = place.rpartition(":")
        with open(file, encoding="utf-8") as text:
            assert address.rpartition(".")[2].partition("[")[0] in text.read().splitlines()[int(line) - 1]


def test_traffic_is_priced_by_path(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """The data charges are those of `isthmus cost --traffic`, and a fault of the file is named with the file."""
    folder_, target = str(folder(STAGE_5)), tmp_path_factory.mktemp("traffic")
    traffic, page = target / "traffic.toml", target / "report.html"
    traffic.write_text('[[flow]]\nfrom = "dev"\nto = "dc1/users"\ngb = 100\nback = 50\n')
    assert cli.main(["report", folder_, "--traffic", str(traffic), "--html", str(page)]) == 0
    cli.main(["cost", folder_, "--traffic", str(traffic), "--json", "-"])
    cost = json.loads(capsys.readouterr().out)
    shown = {(one["item"], one["flow"]): one["gb"] for one in data_of(page.read_text())["cost"]["by_path"]}
    stated = {
        (line["label"], flow): f"{gb:,.0f} GB"
        for line in cost["charges"]
        if line["unit"] == "GB"
        for flow, gb in line["parts"].items()
    }
    assert shown == stated != {}
    traffic.write_text('[[flow]]\nfrom = "dev"\nto = "nowhere"\ngb = 1\n')
    assert cli.main(["report", folder_, "--traffic", str(traffic), "--html", str(page)]) == 2
    assert f"{traffic}: flow 1 (dev -> nowhere)" in capsys.readouterr().err


def test_a_plan_needs_a_network_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", str(folder(STAGE_5)), "--plan", "dev=plan.json", "--html", "report.html"]) == 2
    assert "name the network before the change with --before" in capsys.readouterr().err


def test_the_program_line_of_a_location_is_shown() -> None:
    """An `intent.json` with positions: the page names the line that created the spoke."""
    document = json.loads((folder(STAGE_5) / "intent.json").read_text())
    spokes = [
        f"estate.environments[{number}].spokes[0]"
        for number, environment in enumerate(document["estate"]["environments"])
        if environment.get("spokes")
    ]
    copied = folder(STAGE_5).with_name("positions")
    shutil.copytree(folder(STAGE_5), copied)
    document["positions"] = {path: f"environments/spoke{number}.py:{number + 7}" for number, path in enumerate(spokes)}
    (copied / "intent.json").write_text(json.dumps(document))
    data = data_of(report_html(ReportInput(proof.read(copied), (str(copied),))))
    rows = {row["name"]: row["origin"] for row in data["sides"]["after"]["reachability"]["rows"]}
    assert rows["dev"].startswith('spoke "dev" at ')
    assert re.search(r"environments/spoke\d\.py:\d+$", rows["dev"])

"""One name, step by step: who answers, the way of the query, exit codes, and what is not evaluated."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from isthmus import cli, proof
from isthmus.network.answers import Outcome
from isthmus.network.name_lookup import Answered
from isthmus.proof import ProofError
from tests.modules.synthesized import files_of
from tests.proof.estates import write
from tests.proof.test_dns_answers import DEV, DNS, OTHER_SERVER, Edit, added, extra_rule, set_on

DOCUMENT = Path(__file__).parents[2] / "docs/explanation/dns.md"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference estate."""
    return write(dict(files_of("environments.estate")), tmp_path_factory.mktemp("names"))


def edited(place: str, edit: Edit, folder: Path) -> Path:
    files = dict(files_of("environments.estate"))
    path = f"stacks/{place}/main.tf.json"
    document = json.loads(files[path])
    edit(document["resource"])
    return write({**files, path: json.dumps(document)}, folder)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_document_shows_what_is_printed(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = run(capsys, "trace", out, "--from", "test", "--name", "kms.us-east-1.amazonaws.com")
    assert code == 0
    (shown,) = re.findall(r"```text\n(kms\..*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert printed == shown


def test_a_forwarded_name_has_paths_to_its_servers(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed, _ = run(capsys, "trace", out, "--from", "prod", "--name", "db.corp.example.com")
    assert code == 0
    assert "172.21.0.53 at dc1 udp/53: reachable" in printed
    queries = proof.read(out).trace_name("prod", "db.corp.example.com").queries
    asked = {(str(query.target[0]), query.trip.forward.packet.protocol) for query in queries if query.trip}
    assert asked == {(server, protocol) for server in ("172.21.0.53", "172.21.1.53") for protocol in ("udp", "tcp")}


def test_a_blocked_query_is_not_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def edit(resources: dict[str, dict[str, object]]) -> None:
        del resources["aws_vpc_security_group_egress_rule"]["outbound_tcp_172_21_0_53"]

    folder = edited(DNS, edit, tmp_path)
    code, printed, _ = run(capsys, "trace", folder, "--from", "prod", "--name", "db.corp.example.com")
    assert code == 1
    assert "not answered" in printed
    assert "blocked by" in printed


@pytest.mark.parametrize(
    ("source", "name", "by"),
    [
        ("dev", "s3.us-east-1.amazonaws.com", Answered.PUBLIC),
        ("dc1/users", "s3.us-east-1.amazonaws.com", Answered.ENDPOINT),
        ("dc1", "kms.us-east-1.amazonaws.com", Answered.ZONE),
        ("10.1.0.10", "x.corp.example.com", Answered.FORWARD),
    ],
)
def test_hosts_and_sites_send_queries(out: Path, source: str, name: str, by: Answered) -> None:
    assert proof.read(out).trace_name(source, name).answers[0].by is by


def test_a_name_without_a_record_in_this_input_is_unknown(out: Path) -> None:
    traced = proof.read(out).trace_name("dev", "db.aws.example.com")
    assert traced.answers[0].by is Answered.ZONE
    assert traced.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("place", "edit", "outcome"),
    [
        (DEV, OTHER_SERVER, Outcome.REACHABLE),
        (DEV, set_on("aws_vpc", "this", enable_dns_support=False), Outcome.BLOCKED),
        (DEV, set_on("aws_vpc", "this", enable_dns_support="${uuid()}"), Outcome.UNKNOWN),
        (DNS, extra_rule("www.example.org", rule_type="DELEGATE"), Outcome.UNKNOWN),
        (DEV, added(aws_route53_resolver_dnssec_config={"d": {"resource_id": "${aws_vpc.this.id}"}}), Outcome.UNKNOWN),
    ],
)
def test_dns_settings_of_the_vpc_decide(place: str, edit: Edit, outcome: Outcome, tmp_path: Path) -> None:
    traced = proof.read(edited(place, edit, tmp_path)).trace_name("dev", "www.example.org")
    assert traced.outcome is outcome, traced


@pytest.mark.parametrize("name", ["", "bad name", "a..b", "x" * 64, "${x}.example"])
def test_an_invalid_name_is_an_error(out: Path, name: str) -> None:
    with pytest.raises(ProofError, match="domain name"):
        proof.read(out).trace_name("dev", name)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "internet", "--name", "a.example"),
        ("--from", "dev", "--name", "a.example", "--to", "prod"),
        ("--from", "dev", "--name", "a.example", "--port", "53"),
        ("--from", "dve", "--name", "a.example"),
        ("--from", "dev"),
    ],
)
def test_an_invalid_source_is_an_error(
    out: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = run(capsys, "trace", out, *arguments)
    assert code == 2
    assert "Traceback" not in error
    assert error.startswith("isthmus")

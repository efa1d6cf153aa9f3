"""A difference lists the DNS names with another answer. Terraform addresses do not count."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from isthmus import cli, proof
from isthmus.proof import Difference
from tests.modules.synthesized import files_of
from tests.proof.estates import write
from tests.proof.test_dns_answers import DEV, DNS, ENDPOINTS, OTHER_SERVER, Edit, extra_rule, set_on


@cache
def base() -> dict[str, str]:
    return dict(files_of("environments.estate"))


def edited(place: str, edit: Edit) -> dict[str, str]:
    path = f"stacks/{place}/main.tf.json"
    document = json.loads(base()[path])
    edit(document["resource"])
    return {**base(), path: json.dumps(document)}


def difference(files: dict[str, str], folder: Path) -> Difference:
    before, after = (write(one, folder / name) for name, one in (("before", base()), ("after", files)))
    return proof.compare(proof.read(before), proof.read(after))


CHANGES: dict[str, tuple[str, Edit, str, str, str]] = {
    "a rule over a zone": (
        DNS,
        extra_rule("aws.example.com"),
        "aws.example.com",
        "private hosted zone",
        "forward rule",
    ),
    "a rule for everything": (DNS, extra_rule("."), ".", "public DNS", "forward rule"),
    "other servers": (
        DNS,
        set_on("aws_route53_resolver_rule", "corp_example_com", target_ip=[{"ip": "172.21.9.9"}]),
        "corp.example.com",
        "172.21.0.53",
        "172.21.9.9",
    ),
    "DNS is off": (DEV, set_on("aws_vpc", "this", enable_dns_support=False), ".", "public DNS", "not answered"),
    "another DNS server": (DEV, OTHER_SERVER, ".", "public DNS", "other DNS servers to 172.21.0.53"),
    "a record of another type": (
        ENDPOINTS,
        set_on("aws_route53_record", "kms_us-east-1_amazonaws_com", type="TXT"),
        "kms.us-east-1.amazonaws.com",
        "interface_kms",
        "only TXT",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_names_with_another_answer_are_listed(change: str, tmp_path: Path) -> None:
    place, edit, name, old, updated = CHANGES[change]
    found = difference(edited(place, edit), tmp_path)
    assert not found.changes_nothing
    (reported,) = (one for one in found.names if one.name == name)
    assert old in reported.before
    assert updated in reported.after


def test_the_same_answer_is_no_change(tmp_path: Path) -> None:
    def renamed(resources: dict[str, dict[str, object]]) -> None:
        rules = resources["aws_route53_resolver_rule"]
        rules["renamed"] = rules.pop("corp_example_com")
        held = resources["aws_route53profiles_resource_association"]["rule_corp_example_com"]
        assert isinstance(held, dict)
        held["resource_arn"] = "${aws_route53_resolver_rule.renamed.arn}"

    assert difference(base(), tmp_path / "same").names == ()
    files = edited(DNS, renamed)
    path = f"stacks/{DNS}/main.tf.json"
    files[path] = files[path].replace("aws_route53_resolver_rule.corp_example_com", "aws_route53_resolver_rule.renamed")
    assert difference(files, tmp_path / "renamed").names == ()


def test_reports_and_exit_code_show_name_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(base(), tmp_path / "before")
    after = write(edited(DNS, extra_rule("aws.example.com")), tmp_path / "after")
    files = [str(tmp_path / name) for name in ("d.json", "d.md")]
    code = cli.main(["diff", str(before), str(after), "--json", files[0], "--markdown", files[1]])
    printed = capsys.readouterr().out
    assert code == 1
    assert printed.startswith("DNS AND ENDPOINTS CHANGE: no flow changes\n")
    document = json.loads(Path(files[0]).read_text())
    assert [one["name"] for one in document["name_changes"]] == ["aws.example.com"]
    assert "aws.example.com" in Path(files[1]).read_text()

"""An intent and a manifest that another hand has written, and texts of the language that are more than text."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus import cli
from isthmus.cost import read_prices, read_traffic
from isthmus.cost.errors import CostError
from isthmus.intent import Estate, Inspection, IntentError
from isthmus.intent.checks import problems
from isthmus.intent.checks.plain_text import not_plain
from isthmus.intent.intent_file import from_document, to_document
from isthmus.scan import ScanError, read_waivers
from isthmus.terraform import UnreadableTerraform
from isthmus.testing.strategies import estates
from tests.modules import egress_estates
from tests.modules.shared_services import reference
from tests.proof.estates import everything, output, write

STAGE = "stage_4_central_egress"
Path_ = tuple[str | int, ...]


def leaves(document: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where everything in a document is."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield (*path, key)
        yield from leaves(value, (*path, key))


def at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return document


def with_value(document: Any, path: Path_, value: Any) -> Any:
    copied = json.loads(json.dumps(document))
    at(copied, path[:-1])[path[-1]] = value
    return copied


# --- texts of the language

ESTATES: dict[str, Estate] = {
    "everything": everything(),
    "shared services": reference({"interface_endpoints": ["ec2"]}),
    "central egress": egress_estates.estate(Inspection.GATEWAY, apart=True, restricted=True),
    "tags and devices": replace(everything(), tags={"Owner": "network-team"}),
}
MORE_THAN_TEXT = ("%{ if true }x%{ endif }", "\x1b[2J", "\x00", "\u202e", "a\nb")


@pytest.mark.parametrize("name", ESTATES)
def test_every_text_of_the_language_is_text(name: str) -> None:
    """Whichever text of an estate is made more than text: a rule of the language refuses it."""
    document = to_document(ESTATES[name])
    assert not problems(from_document(json.dumps(document)))  # so that a refusal is one of the text
    texts = {
        tuple(step for step in path if isinstance(step, str)): path  # one of each field
        for path in leaves(document)
        if isinstance(at(document, path), str) and path[0] == "estate"
    }
    assert len(texts) > 15
    let_through = []
    for number, path in enumerate(texts.values()):
        for more in ('${file("/etc/hostname")}', MORE_THAN_TEXT[number % len(MORE_THAN_TEXT)]):
            changed = with_value(document, path, at(document, path) + more)
            if not _refused(changed):
                let_through.append((path, more))
    assert not let_through


def _refused(document: Any) -> bool:
    try:
        return bool(problems(from_document(json.dumps(document))))
    except IntentError:
        return True


@pytest.mark.parametrize("device", ["Cisco ASR 1001-X", "Gerät 7, $5 {a}"])
def test_a_device_is_named_in_plain_text(device: str) -> None:
    assert not not_plain(device)


@pytest.mark.parametrize("device", ["${a}", "%{ if x }", "a\x07", "a\u200bb", "a\u3164b"])
def test_a_device_is_nothing_but_text(device: str) -> None:
    estate = everything()
    site = estate.sites[0]
    gateway = replace(site.customer_gateways[0], device=device)
    changed = replace(site, customer_gateways=[gateway, *site.customer_gateways[1:]])
    found = [
        one
        for one in problems(replace(estate, sites=[changed, *estate.sites[1:]]))
        if one.rule == "invalid-device-name"
    ]
    assert len(found) == 1
    assert str(found[0]).replace("\n", "").isprintable()


# --- damaged documents


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(output(STAGE), tmp_path_factory.mktemp("written"))


COMMANDS = (
    "prove {out} --no-scenarios",
    "show {out}",
    "cost {out}",
    "draw {out}",
    "handover {out}",
    "diff {out} {out}",
)
DAMAGED: dict[str, tuple[Path_, Any, str]] = {
    "a network": (("estate", "sites", 0, "networks", "users"), "not a CIDR", "users"),
    "an advertisement": (("estate", "sites", 0, "advertises", 0), "10.0.0.0/99", "10.0.0.0/99"),
    "an egress CIDR": (("estate", "environments", 0, "spokes"), 3, "spokes"),
    "a list": (("estate", "segments", 0, "allowed_egress"), None, "estate.segments[0].allowed_egress"),
    "a list of nulls": (("estate", "segments", 0, "allowed_egress"), [None], "estate.segments[0].allowed_egress"),
    "a name": (("estate", "segments", 0, "name"), "a\x1b[2Jb", "invalid-name"),
    "a number": (("estate", "log_retention_days"), "many", "estate.log_retention_days"),
    "the estate": (("estate",), None, "estate"),
    "the schema": (("schema",), 7, "schema"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_intent_is_one_clear_error(
    name: str, command: str, written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, value, message = DAMAGED[name]
    shutil.copytree(written / "stacks", tmp_path / "stacks")
    document = with_value(json.loads((written / "intent.json").read_text()), path, value)
    (tmp_path / "intent.json").write_text(json.dumps(document))
    (tmp_path / "manifest.json").write_text((written / "manifest.json").read_text())
    assert cli.main(command.format(out=tmp_path).split()) == 2
    err = capsys.readouterr().err
    assert "intent.json" in err
    assert "Synthesize again" in err
    assert message in err
    assert "bug" not in err


MANIFESTS = {
    "no JSON": "{",
    "a list": [],
    "no stacks": {},
    "stacks": {"stacks": 3},
    "a stack": {"stacks": {"dev": 3}},
    "no dependencies": {"stacks": {"dev": {}}},
    "a dependency": {"stacks": {"dev": {"dependencies": [3]}}},
    "an unknown stack": {"stacks": {"dev": {"dependencies": ["gone"]}}},
    "a circle": {"stacks": {"a": {"dependencies": ["b"]}, "b": {"dependencies": ["a"]}}},
}


@pytest.mark.parametrize("command", ["show", "handover"])
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_damaged_manifest_is_one_clear_error(
    name: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = write(output(STAGE), tmp_path)
    given = MANIFESTS[name]
    (out / "manifest.json").write_text(given if isinstance(given, str) else json.dumps(given))
    assert cli.main([command, str(out)]) == 2
    err = capsys.readouterr().err
    assert "manifest.json" in err
    assert "synthesize again" in err.lower()
    assert err.count("\n") == 1


_VALUES: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["10.0.0.0/33", "::/0", "10.0.0.0/8", "", "tcp/0", "a/b", "arn:aws:x", "use1-az1", "infra"])
    | st.just([])
    | st.just({})
    | st.just([None])
    | st.just([[]])
)


@settings(max_examples=settings().max_examples // 2)
@given(st.data(), estates())
def test_any_change_of_an_intent_is_an_estate_or_a_clear_error(data: st.DataObject, estate: Estate) -> None:
    document = to_document(estate)
    path = data.draw(st.sampled_from(sorted(leaves(document), key=str)))
    changed = with_value(document, path, data.draw(_VALUES))
    try:
        found = problems(from_document(json.dumps(changed)))
    except IntentError as error:
        messages = [str(error)]
    else:
        messages = [str(problem) for problem in found]
    assert all(messages)


# --- TOML


@pytest.mark.parametrize("amount", ["1e999999999", "1e-999999999", "9" * 40, "inf", "nan", "-1", "true", '"5"'])
@pytest.mark.parametrize("name", ["traffic", "prices"])
def test_an_amount_has_so_many_digits(name: str, amount: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    if name == "traffic":
        path.write_text(f'[[flow]]\nfrom = "a"\nto = "b"\ngb = {amount}\n')
        with pytest.raises(CostError, match="gb is"):
            read_traffic(path)
    else:
        path.write_text(f'region = "r"\nas_of = "2026"\ncurrency = "USD"\n[prices]\nnat-gateway = {amount}\n')
        with pytest.raises(CostError, match="nat-gateway is"):
            read_prices(path)


@pytest.mark.parametrize("use", [read_traffic, read_prices, read_waivers])
@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 5000, "a = 1\na = 2", "\x00"])
def test_what_is_no_toml_is_refused(use: Callable[[Path], object], text: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises((CostError, ScanError), match="not TOML"):
        use(tmp_path / "x.toml")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableTerraform, match="it is a named pipe"):
        use(tmp_path / "pipe")


@pytest.mark.parametrize("use", [read_traffic, read_prices, read_waivers])
def test_a_key_that_turns_a_line_around_is_spelt_out(use: Callable[[Path], object], tmp_path: Path) -> None:
    table = "[[flow]]" if use is read_traffic else "[[waiver]]" if use is read_waivers else "[prices]"
    (tmp_path / "x.toml").write_text(f'{table}\n"\\u202E" = 1\n')
    with pytest.raises((CostError, ScanError)) as caught:
        use(tmp_path / "x.toml")
    assert str(caught.value).replace("\n", "").isprintable()

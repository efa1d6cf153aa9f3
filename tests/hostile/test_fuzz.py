"""One fuzz target for each reader: any input gives an answer or an error of ours, within the budget of steps.

The examples of each test run are few and always the same; `HYPOTHESIS_PROFILE=nightly` runs the targets at length.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.cost import read_prices, read_traffic
from isthmus.cost.errors import CostError
from isthmus.intent import IntentError
from isthmus.network.address_space import ALL
from isthmus.network.suricata import written
from isthmus.proof.errors import ProofError
from isthmus.proof.intent_file import read_intent
from isthmus.scan import ScanError, read_waivers
from isthmus.scan.plans import read_plan
from isthmus.scan.terraform_json import read_documents
from isthmus.terraform import UnreadableTerraform, read
from isthmus.terraform.evaluate import evaluate_text
from isthmus.terraform.scopes import having
from isthmus.terraform.work_limit import metered
from isthmus.text.printable import printable
from tests.hostile.hostile import PARTS, plans
from tests.proof.estates import output
from tests.reading.builders import FIXTURES

OURS = (UnreadableTerraform, IntentError, ProofError, ScanError, CostError)
STAGE = "stage_2_on_premises_egress"

ODD: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.sampled_from(PARTS)
    | st.sampled_from(
        ["10.0.0.0/8", "::/0", "fd00::/200", "10.0.0.0/33", "0.0.0.0/0", "-1", "1e999", "id", "${", "true"]
    )
    | st.sampled_from([[], {}, [None], [[]], {"": None}, [{}], [{"cidr_block": "::/0"}], 2**70, -(2**70)])
)


def _places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for key, value in items:
        yield from _places(value, (*path, key))


def _changed(data: st.DataObject, document: Any, most: int = 4) -> Any:
    """The document with a few places replaced, taken out, or moved."""
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, most))):
        places = list(_places(document))
        if not places:
            return document
        path = places[data.draw(st.integers(0, len(places) - 1))]
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        kind = data.draw(st.sampled_from(["replace", "replace", "remove", "take another's"]))
        if kind == "replace":
            parent[path[-1]] = copy.deepcopy(data.draw(ODD))  # a later change may be inside it
        elif kind == "remove":
            del parent[path[-1]]
        else:
            other: Any = document
            for step in places[data.draw(st.integers(0, len(places) - 1))]:
                other = other[step]
            parent[path[-1]] = copy.deepcopy(other)
    return document


def _survives(read_it: Callable[[], object]) -> None:
    """Whatever is read: an answer, or an error of ours whose text is harmless line by line."""
    try:
        read_it()
    except OURS as error:
        message = str(error)
    else:
        return
    assert message
    assert all(printable(line, len(line)) == line for line in message.split("\n"))


def _in_a_file(name: str, content: Any, use: Callable[[Path], object]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        _survives(lambda: use(path))


def _proved(*paths: Path) -> None:
    """Read and proved, so that what is read is used as well."""
    subject = proof.read(*paths)
    answer = subject.prove(scenarios=False)
    assert all(str(violation) for violation in answer.violations)
    proof.compare(subject, subject, scenarios=False)


def targets(test: Callable[[st.DataObject], None]) -> Callable[..., None]:
    """The test twice: some examples in each run, many in nightly."""

    @pytest.mark.parametrize("many", [pytest.param(False, id="some"), pytest.param(True, marks=pytest.mark.nightly)])
    def run(many: bool) -> None:
        examples = settings().max_examples if many else min(settings().max_examples, 15)
        settings(max_examples=examples)(given(st.data())(lambda data: test(data)))()

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


@cache
def _fixture(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


@targets
def test_plans(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["hcl/plan.json", "inline/plan.json", "json/plan.json", "change/plan.json"]))
    _in_a_file("plan.json", _changed(data, _fixture(name)), _proved)


@targets
def test_a_plan_of_an_estate(data: st.DataObject) -> None:
    root = data.draw(st.sampled_from(sorted(plans())))
    _in_a_file("plan.json", _changed(data, json.loads(plans()[root])), _proved)


@targets
def test_states(data: st.DataObject) -> None:
    _in_a_file("state.json", _changed(data, _fixture("change/state.json")), _proved)


@targets
def test_state_files(data: st.DataObject) -> None:
    _in_a_file("terraform.tfstate", _changed(data, _fixture("change/terraform.tfstate")), _proved)


@targets
def test_folders(data: st.DataObject) -> None:
    files = output(STAGE)
    chosen = data.draw(st.sampled_from(sorted(name for name in files if name.endswith(".tf.json"))))
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = json.dumps(_changed(data, json.loads(text))) if name == chosen else text
            path.write_text(content, encoding="utf-8")
        _survives(lambda: _proved(Path(folder)))


_TOKENS = st.sampled_from(
    [
        *(
            "local",
            ".list",
            ".map",
            ".text",
            ".number",
            "[0]",
            "[*]",
            '["a"]',
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            "...",
        ),
        *("for", " a in ", " : ", " => ", " if ", "?", ":", "==", "&&", "||", "!", "-", "+", "*", "/", "%", "=", " "),
        *("1", "0.5", "1e99", '"x"', '"', "true", "null", "${", "}", "%{", "$${", "~", "/*", "*/", "#", "\n", "\\"),
        *(
            f"{name}("
            for name in ("range", "concat", "join", "format", "cidrsubnet", "setproduct", "jsondecode", "try")
        ),
        *(f"{name}(" for name in ("replace", "flatten", "merge", "zipmap", "chunklist", "substr", "element", "lookup")),
    ]
)


class _Scope:
    known = having(
        "local",
        {"list": tuple(range(1000)), "map": {"a": (1, {"b": None})}, "text": "x" * 10_000, "number": 7},
    )

    def lookup(self, name: str) -> Any:
        return self.known if name == "local" else 3


@targets
def test_expressions(data: st.DataObject) -> None:
    text = "${" + "".join(data.draw(st.lists(_TOKENS, max_size=30))) + data.draw(st.sampled_from(["}", ""]))
    with metered() as meter:
        evaluate_text(text, _Scope())
    assert meter.everything < 3_000_000


_WORDS = st.sampled_from(
    [
        *(
            "pass",
            "drop",
            "alert",
            "reject",
            "tcp",
            "udp",
            "ip",
            "http",
            "any",
            "$HOME_NET",
            "!$X",
            "[10.0.0.0/8,!10.1/16]",
        ),
        *("->", "<>", "443", "[1:5,!3]", ":", "!any", "[", "]", "![", ",", "(", ")", "(sid:1;)", "flow:to_server;"),
        *("(msg:", '"a;b"', "itype:8;", "\\", ";", "#", "\n", "\x00", "::/0", "99999"),
    ]
)


@targets
def test_suricata_rules(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([" ", ""])).join(data.draw(st.lists(_WORDS, max_size=25)))
    _survives(lambda: list(written("aws_networkfirewall_rule_group.x", text, {"HOME_NET": (ALL,)})))


@targets
def test_intents(data: st.DataObject) -> None:
    _in_a_file("intent.json", _changed(data, json.loads(output(STAGE)["intent.json"])), read_intent)


@targets
def test_bytes(data: st.DataObject) -> None:
    """Anything at all, for whatever reads a file."""
    content = data.draw(st.binary(max_size=60) | st.lists(st.sampled_from(PARTS), max_size=4).map("".join))
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    readers: tuple[Callable[[Path], object], ...] = (
        *(read, read_intent, read_plan, read_waivers, read_traffic, read_prices),
        lambda path: read(path.parent),
        lambda path: read_documents(path.parent),
    )
    use = readers[data.draw(st.integers(0, len(readers) - 1))]
    _in_a_file("x.tf.json", content, use)


_TOML = {
    "waivers": (
        read_waivers,
        '[[waiver]]\ncheck = "CKV_AWS_60"\nresource = "a.b"\nreason = "It is known to all."\nexpires = 2027-06-30\n',
    ),
    "traffic": (
        read_traffic,
        '[[flow]]\nfrom = "dev"\nto = "prod"\ngb = 500\nback = 1.5\nprotocol = "tcp"\nport = 443\n',
    ),
    "prices": (
        read_prices,
        'region = "us-east-1"\nas_of = "2026-11"\ncurrency = "USD"\n[prices]\nnat-gateway = 0.05\n'
        "internet-out-gb = [{ above = 0, price = 0.0 }, { above = 100, price = 0.09 }]\n",
    ),
}
_PIECES = st.sampled_from(
    [
        "0",
        "1e999999999",
        "-1",
        "inf",
        "nan",
        '""',
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "true",
        '"\\u202E"',
        "9" * 5000,
        "\n",
        "=",
        "[",
    ]
)


def _toml(data: st.DataObject, name: str) -> None:
    use, text = _TOML[name]
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 12)))
    _in_a_file("x.toml", text[:first] + data.draw(_PIECES | st.text(max_size=3)) + text[last:], use)


@targets
def test_waivers(data: st.DataObject) -> None:
    _toml(data, "waivers")


@targets
def test_traffic(data: st.DataObject) -> None:
    _toml(data, "traffic")


@targets
def test_prices(data: st.DataObject) -> None:
    _toml(data, "prices")


@targets
def test_plans_of_a_scan(data: st.DataObject) -> None:
    _in_a_file("plan.json", _changed(data, _fixture("hcl/plan.json")), read_plan)


@targets
def test_folders_of_a_scan(data: st.DataObject) -> None:
    files = output(STAGE)
    chosen = data.draw(st.sampled_from(sorted(name for name in files if name.endswith(".tf.json"))))
    document = _changed(data, json.loads(files[chosen]))
    _in_a_file("stacks/x/main.tf.json", document, lambda path: read_documents(path.parents[2]))

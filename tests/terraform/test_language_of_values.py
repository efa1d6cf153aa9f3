"""Functions of dates, encodings and YAML: what the reader says is what Terraform itself says, or it does not know."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.terraform.engine import Core
from tests.terraform.test_language import hold

STAMPS = [
    "2024-01-31T23:59:59Z",
    "2024-02-29T00:00:00.25+05:30",
    "1999-12-31T12:30:05-08:00",
    "2024-02-30T00:00:00Z",
    "x",
]
DURATIONS = ["0", "1h30m", "-24h", "1.5h", "10ms", "+2us", "1d", "", "h", "999999h", "1h-1m"]
FORMATS = [
    "DD MMM YYYY hh:mm:ss ZZZ",
    "EEEE, D-MMMM-YY H:m:s AA aa",
    "EEE M HH h Z ZZZZ ZZZZZ",
    "YYYYMMDD'T'hhmmss",
    "'it''s'",
    "'open",
    "YYYYY",
    "Q",
    "A",
    "-/:., 1",
    "",
]
NAMESPACES = [
    "dns",
    "url",
    "oid",
    "x500",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "6BA7B810-9dad-11d1-80b4-00c04fd430c8",
    "x",
]
ENCODINGS = ["UTF-8", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "utf8", "x"]
NUMBERS = ["1", "2", "3", "5", "8", "10", "16", "100", "125", "243", "4096", "0.5", "0", "-1"]
# fmt: off
PLAIN = [
    "a", "yes", "x y", "1", "-5", "007", "1.50", "1e5", "0x1F", "0b1", ".5", "1.", "+1", "~", "null", "", "on", "N",
    "=", "10.0.0.0/16", "1.2.3", "::/0", "fe80::1", "2001:db8::/32", "80-90", "2024-01-02", "2024-1-2", "1:30",
    "a: b", "a #b", "a#b", "'x'", '"x"', "[a, 1]", "{a: b}", "[", "- a", "&a b", "*a", "!x y", "!", "|", ">", "%a",
    "@a", "`a", "a,b", "key:", "arn:aws:iam::1:role/x", "_a", "/a", "$a", "12345678901234567890", "1_000", "true ",
    "TRUE", "y", "a'b", "?", "<<", "\ta",
]
# fmt: on


def quoted(*texts: str) -> list[str]:
    return [json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{") for text in texts]


def calls(name: str, *choices: list[str]) -> list[str]:
    return [f"{name}({', '.join(given)})" for given in product(*choices)]


CALLS = {
    "timeadd": calls("timeadd", quoted(*STAMPS), quoted(*DURATIONS)),
    "timecmp": calls("timecmp", quoted(*STAMPS), quoted(*STAMPS)),
    "formatdate": calls("formatdate", quoted(*FORMATS), quoted(*STAMPS)),
    "uuidv5": calls("uuidv5", quoted(*NAMESPACES), quoted("www.example.com", "é", "")),
    "log": [*calls("log", NUMBERS, NUMBERS), *(f"ceil({one})" for one in calls("log", NUMBERS, NUMBERS))],
    "floor": [f"floor({one})" for one in calls("log", NUMBERS, NUMBERS)],
    "textencodebase64": calls("textencodebase64", quoted("a", "é", "", "€"), quoted(*ENCODINGS)),
    "textdecodebase64": calls("textdecodebase64", quoted("YQ==", "w6k=", "6QA=", "/v8=", "x", ""), quoted(*ENCODINGS)),
    "yamldecode": [
        f"yamldecode({text})"
        for plain in PLAIN
        for text in quoted(plain, f"k: {plain}", f"- {plain}", f"{plain}: 1", f"{{a: {plain}, b: [1, {plain}]}}")
    ],
    "yamldecode, more": calls(
        "yamldecode",
        quoted(
            "a: &m {x: 1, z: 3}\nb:\n  z: 2\n  <<: *m\n",
            "a: &m {x: 1, z: 3}\nb:\n  <<: *m\n  z: 2\n",
            "a: &m {x: 1}\nb: {<<: [*m]}\n",
            "a: |\n  text\n  more\nb: >-\n  x\n  y\n",
            "a: 1\na: 2\n",
            "--- a\n--- b\n",
            "%YAML 1.1\n---\na: b\n",
            "# only\n",
            "? a\n: b\n",
            'a: "\\u00e9\\/"',
            "1: a\ntrue: b\nnull: c\n",
            "a:\n- b\n-\n  - c\n",
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_function_gives_what_terraform_gives(name: str, core: Core, tmp_path: Path) -> None:
    hold(CALLS[name], core, tmp_path)


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=70) | st.sampled_from(PLAIN)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**12) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=60, max_size=60))
def test_yaml_of_a_value_is_terraforms(core: Core, tmp_path: Path, values: list[Any]) -> None:
    written = [f"yamlencode(jsondecode({text}))" for value in values for text in quoted(json.dumps(value))]
    hold([*written, "yamlencode(1)"], core, tmp_path)
    hold([*(f"yamldecode({text})" for text in written), 'yamldecode("a: 1")'], core, tmp_path)

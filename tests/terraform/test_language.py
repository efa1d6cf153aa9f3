"""Terraform's language: what the reader says of an expression is what Terraform itself says, or it does not know.

Each function is called with every choice of arguments from the lists below, right and wrong ones; "" is none.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform.evaluate import evaluate_text
from isthmus.terraform.functions import FUNCTIONS
from isthmus.terraform.graph import Unknown

from .engine import Core
from .engine.core import offline

TEXTS = ['""', '"a"', '"abcab"', '" Ab c\\n"', '"true"', '"007"', '"-12"', '"/a/"', "true", "1.5", "null", '"é<&>"']
NUMBERS = ["-3", "-1", "0", "1", "2", "2.5", '"2"', '"x"', "1000000000000000000000", "null", "true"]
LISTS = [
    "[]",
    '["b", "a", "b"]',
    '["", "a", null]',
    "[1, 2, 1, true]",
    "[3, 10, 2]",
    '["a", 1, null]',
    '["10", "9"]',
    '[["a"], [], "b"]',
]
LISTS += ['{b = 1, a = "x"}', '"a"']
MAPS = ["{}", '{b = 1, a = "x"}', "{b = 1, a = true}", "{a = null}", '["a"]', "null"]
PREFIXES = ['"10.0.0.0/24"', '"10.0.0.5/24"', '"10.0.0.0/31"', '"fd00::/120"', '"10.0.0.0"', '"x"']
ANY = [*TEXTS[:6], *NUMBERS[:6], *LISTS[:5], *MAPS[:3]]
SMALL = ["-1", "0", "1", "3", "8", "9", '"1"', "1.5"]
FORMATS = ['"%s"', '"%d"', '"%5s|"', '"%05d"', '"%-5s|"', '"%q"', '"%%"', '"%v"', '"x"', '"%s %s"', '"%5.1f"', '"%z"']

ARGUMENTS: dict[str, list[list[str]]] = {
    **{name: [NUMBERS] for name in ("abs", "ceil", "floor")},
    **{name: [TEXTS] for name in ("lower", "upper", "title", "trimspace", "tobool")},
    **{name: [TEXTS, TEXTS] for name in ("endswith", "startswith", "strcontains", "trim", "trimprefix", "trimsuffix")},
    **{name: [NUMBERS, NUMBERS] for name in ("max", "min")},
    **{
        name: [LISTS] for name in ("sort", "sum", "compact", "distinct", "flatten", "one", "reverse", "tolist", "toset")
    },
    **{name: [LISTS, LISTS] for name in ("concat", "coalescelist", "setproduct", "zipmap")},
    **{name: [MAPS] for name in ("keys", "values", "tomap")},
    "cidrhost": [PREFIXES, ["-257", "-256", "-2", "0", "1", "255", "256", '"7"', "1.5"]],
    "cidrnetmask": [PREFIXES],
    "cidrsubnet": [PREFIXES, SMALL, SMALL],
    "cidrsubnets": [PREFIXES, SMALL, SMALL],
    "chunklist": [LISTS, SMALL],
    "coalesce": [ANY, TEXTS],
    "contains": [LISTS, ['"a"', '"b"', '""', "1", '"1"', "true", "null", "3"]],
    "element": [LISTS, SMALL],
    "format": [FORMATS, TEXTS[:6] + NUMBERS[:6]],
    "index": [LISTS, ['"a"', "1", "true", '"1"', '"9"']],
    "join": [TEXTS, LISTS],
    "jsondecode": [
        ['"[1, 2.5, null]"', '"{\\"a\\": true}"', '"x"', '""', '"1"', '"[1,]"', '"NaN"', '"{\\"a\\":1,\\"a\\":2}"']
    ],
    "jsonencode": [ANY],
    "length": [ANY],
    "lookup": [MAPS, ['"a"', '"z"'], ['"d"', "1", "null", ""]],
    "merge": [MAPS, MAPS],
    "nonsensitive": [ANY],
    "range": [NUMBERS[:8], [*NUMBERS[:8], ""], [*NUMBERS[:6], ""]],
    "replace": [TEXTS, TEXTS[:8], TEXTS[:3]],
    "slice": [LISTS, SMALL, SMALL],
    "split": [TEXTS, TEXTS],
    "substr": [TEXTS, [*SMALL, "-2", "-9"], [*SMALL, "-2"]],
    "tonumber": [[*NUMBERS, *TEXTS, '"1e3"', '" 1"', '"0x10"', '"1_0"', '"inf"', '"NaN"', '"+1"', '".5"', '"5."']],
    "tostring": [ANY],
}

# Functions with examples in tests/reading/test_functions.py.
WITH_EXAMPLES = frozenset(
    [
        "alltrue",
        "anytrue",
        "base64decode",
        "base64encode",
        "base64sha256",
        "base64sha512",
        "basename",
        "chomp",
        "csvdecode",
        "dirname",
        "formatdate",
        "formatlist",
        "indent",
        "log",
        "matchkeys",
        "md5",
        "parseint",
        "pow",
        "regex",
        "regexall",
        "setintersection",
        "setsubtract",
        "setunion",
        "sha1",
        "sha256",
        "sha512",
        "signum",
        "strrev",
        "textdecodebase64",
        "textencodebase64",
        "timeadd",
        "timecmp",
        "transpose",
        "urlencode",
        "uuidv5",
        "yamldecode",
        "yamlencode",
    ]
)

OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="]
SCALARS = ["-3", "0", "2", "2.5", '"2"', '"a"', "true", "false", '"true"', "null", "[]", '["a"]']
PAIRS = '[{a = [1, 2], b = {c = "x"}}, {a = [3], b = {c = "y"}}]'
EXPRESSIONS = [
    *(f"{one} {operator} {other}" for one in SCALARS[6:8] for operator in ("&&", "||") for other in SCALARS[6:8]),
    *(f"{one} {operator} {other}" for one in SCALARS for operator in OPERATORS for other in SCALARS),
    *(f"{operator}{one}" for operator in "!-" for one in SCALARS),
    *(f"{one} ? {two} : {three}" for one in SCALARS for two in SCALARS[:4] for three in SCALARS[:6]),
    *(f"1 {one} 2 {other} 3" for one in OPERATORS[:5] for other in OPERATORS[:5]),
    *("1 + 2 * 3 < 4 || false", "!true == false", "-2 * -3", "2 - -2", "1 == 1 && 2 == 3", "true || false && false"),
    *(f"{PAIRS}{step}" for step in ("[*].a", ".*.a", "[*].a[0]", ".*.a[0]", "[*].b.c", ".*.b.c", "[*]", ".*")),
    *(f"{PAIRS}[{key}].b" for key in ("0", "1", "2", "-1", '"0"', "0.0", "true")),
    *(f"{PAIRS}.{key}.b" for key in ("0", "1", "2")),
    *(
        '"a"[*]',
        "null[*]",
        "{a = 1}[*].a",
        "[][*].a",
        '{a = 1}["a"]',
        '{a = 1}["b"]',
        "{a = 1}.a",
        '{"a-b" = 1}["a-b"]',
    ),
    *('{a = 1, "b" : 2}', '{(upper("a")) = 1}', "{a = 1, a = 2}", "{1 = 2}", "{true = 2}", "[1, 2,]", "[]", "{}"),
    *("max([1, 5, 3]...)", "merge([{a = 1}, {b = 2}]...)", "concat([[1], [2]]...)", "max([]...)", 'max(["a"]...)'),
    *('[for x in ["b", "a"] : x]', "[for x in {b = 1, a = 2} : x]", '[for k, x in {b = 1, a = 2} : "${k}${x}"]'),
    *(
        '[for i, x in ["b", "a"] : i]',
        '[for x in ["b", "a"] : x if x != "b"]',
        "[for x in null : x]",
        '[for x in "a" : x]',
    ),
    *('{for x in ["b", "a"] : x => 1}', '{for x in ["a", "a"] : x => 1}', '{for i, x in ["a", "a"] : x => i...}'),
    *("[for x in [1, 2] : [for y in [3] : x * y]]", '[for x in [1] : x if "true"]', "[for x in [1] : x if 1]"),
    *(
        '"a${1}b"',
        '"${true}"',
        '"${1.50}"',
        '"${null}"',
        '"${[]}"',
        '"a$${b}"',
        '"%%{c}"',
        '"\\u00e9\\t\\\\"',
        '"$a %b"',
        '"a${"b"}"',
    ),
    *("1e3", "1.5e-2", "0.1 + 0.2", "12345678901234567890", "1 / 3", "10 / 4", "7 % 0", "1 / 0", "-7 % 3", "7.5 % 2"),
    *("can([][0])", "try([][0], {}.a, 3)", 'can(tonumber("x"))', 'try(tonumber("x"), "y")'),
    *(
        "((1))",
        "(1 + 2) * 3",
        "!(true)",
        "-(2)",
        '"2" + 1',
        '"2" * "3"',
        "true == 1",
        '"1" == 1',
        "[1] == [1]",
        "{} == {}",
    ),
]


class _Nothing:
    def lookup(self, name: str) -> Any:
        return Unknown(name)


def calls(name: str) -> Iterator[str]:
    for arguments in product(*ARGUMENTS[name]):
        yield f"{name}({', '.join(filter(None, arguments))})"


def plain(value: Any) -> Any:
    """As JSON has it, where 2.0 is 2, and fractions are as exact as the reader needs them."""
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in sorted(value.items())}
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 12)
    return value


def console(core: Core, folder: Path, texts: Sequence[str]) -> list[str]:
    """What Terraform makes of expressions, each as JSON text; "refused" where it makes nothing of one."""
    asked = ", ".join(f'try(jsonencode({text}), "refused")' for text in texts)
    printed = subprocess.run(
        [*core.command, "console"],
        input=f"jsonencode([{asked}])\n",
        cwd=folder,
        env=offline(folder / "none"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip(), printed.stderr
    found: list[str] = json.loads(json.loads(printed.stdout))
    return found


def test_every_function_is_called() -> None:
    assert ARGUMENTS.keys() | WITH_EXAMPLES == FUNCTIONS.keys()
    assert not ARGUMENTS.keys() & WITH_EXAMPLES


def hold(texts: Sequence[str], core: Core, folder: Path) -> None:
    """Each text that the reader knows the meaning of means that to Terraform, and some are known."""
    wrong, known = [], 0
    for text, answer in zip(texts, console(core, folder, texts), strict=True):
        ours = evaluate_text(f"${{{text}}}", _Nothing())
        if isinstance(ours, Unknown):
            continue
        known += 1
        if answer == "refused" or json.dumps(plain(ours)) != json.dumps(plain(json.loads(answer))):
            wrong.append(f"{text} is {answer}, not {ours!r}")
    assert not wrong, "\n".join(wrong)
    assert known


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_a_function_gives_what_terraform_gives(name: str, core: Core, tmp_path: Path) -> None:
    hold(list(calls(name)), core, tmp_path)


@pytest.mark.parametrize("at", range(0, len(EXPRESSIONS), 400))
def test_an_expression_means_what_it_means_to_terraform(at: int, core: Core, tmp_path: Path) -> None:
    hold(EXPRESSIONS[at : at + 400], core, tmp_path)

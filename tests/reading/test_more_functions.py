"""Functions, templates and types of variables that public modules use; what is not evaluated stays unknown."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.terraform.graph import Unknown
from isthmus.terraform.more_functions import MORE
from tests.reading.builders import root, value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('${setsubtract(["a", "b", "c"], ["b"])}', ("a", "c")),
        ('${setintersection(["a", "b"], ["b", "c"], ["b"])}', ("b",)),
        ('${setunion(["b"], ["a", "b"])}', ("a", "b")),
        ("${alltrue([true, true])}", True),
        ("${alltrue([true, false])}", False),
        ("${anytrue([])}", False),
        ('${formatlist("%s-%s", "net", ["a", "b"])}', ("net-a", "net-b")),
        ('${matchkeys(["i-1", "i-2"], ["a", "b"], ["b"])}', ("i-2",)),
        ('${transpose({x = ["1", "2"], y = ["2"]})}', {"1": ("x",), "2": ("x", "y")}),
        ('${chomp("text\\n")}', "text"),
        ('${parseint("ff", 16)}', 255),
        ("${pow(2, 10)}", 1024),
        ('${base64decode("aGVsbG8=")}', "hello"),
        ('${csvdecode("name,cidr\\na,10.1.0.0/16\\n")}', ({"name": "a", "cidr": "10.1.0.0/16"},)),
        ('${regex("^([a-z]+)-(\\\\d+)$", "net-12")}', ("net", "12")),
        ('${regex("(?P<net>[a-z]+)-.*", "net-12")}', {"net": "net"}),
        ('${regex("\\\\d+", "net-12")}', "12"),
        ('${regexall("\\\\d+", "1 and 22")}', ("1", "22")),
        ('${replace("a-b-c", "/-([a-z])/", "+$1")}', "a+b+c"),
        ('${replace("a.b", ".", "-")}', "a-b"),
        ('${length(regexall("^vpc-", "vpc-1")) > 0 ? "id" : "name"}', "id"),
        ("%{ if true }yes%{ else }no%{ endif }", "yes"),
        ("a%{ if 1 > 2 }yes%{ endif }b", "ab"),
        ('%{ for n in ["a", "b"] }<${n}>%{ endfor }', "<a><b>"),
        ("%{ for k, n in {x = 1} }${k}=${n}%{ if n == 1 }!%{ endif }%{ endfor }", "x=1!"),
        ('${templatestring("$${net}-1", {net = "a"})}', "a-1"),
        ('${indent(2, "a\\nb")}', "a\n  b"),
        ('${dirname("a//b")}', "a"),
        ('${dirname("a")}', "."),
        ('${dirname("/a")}', "/"),
        ('${basename("a/b/")}', "b"),
        ('${basename("")}', "."),
        ('${basename("/")}', "/"),
        ('${urlencode("a b/c~d_é*")}', "a+b%2Fc~d_%C3%A9%2A"),
        ('${base64sha256("x")}', "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="),
    ],
)
def test_what_terraform_gives(tmp_path: Path, expression: str, expected: Any) -> None:
    assert value(tmp_path, expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        '${regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")}',  # it may take longer than anybody waits
        '${regex("(a|aa)*b", "aaaaaaaaaaaaaaaa")}',
        '${regex("(a?){20}a{20}", "aaaaaaaaaaaaaaaaaaaa")}',
        '${regex("(?i)a", "A")}',
        '${regex("[[:alpha:]]", "a")}',
        '${regexall("a*", "baa")}',  # of empty matches
        '${replace("abc", "/b*/", "-")}',
        '${setsubtract(["1"], [1])}',  # members of several types
        "${pow(10, 5000)}",
        '${yamldecode("a: 1")}',
        '${file("x")}',
        "%{ if true ~}yes%{ endif }",
        "%{ if true }yes",
        "%{ while true }yes%{ endwhile }",
    ],
)
def test_what_stays_unknown(tmp_path: Path, expression: str) -> None:
    assert isinstance(value(tmp_path, expression), Unknown)


@given(st.text("ab(|)*+?{}[]^$.\\12,", max_size=14), st.text("ab1", max_size=18))
def test_no_pattern_takes_long(pattern: str, text: str) -> None:
    """Hypothesis stops an example that takes longer than its deadline."""
    with suppress(ValueError, TypeError):
        MORE["regex"](pattern, text)


# --- types of variables

NETS = (
    "map(object({cidr = string, label = optional(string), size = optional(number, 3), "
    "tags = optional(list(string), [])}))"
)


def variable(folder: Path, type_: str, default: Any) -> Any:
    return value(folder, "${var.v}", variable={"v": {"type": type_, "default": default}})


def test_attributes_that_are_left_out_have_their_default(tmp_path: Path) -> None:
    found = variable(tmp_path, NETS, {"a": {"cidr": "10.1.0.0/16"}, "b": {"cidr": "x", "size": "5", "label": "l"}})
    # Null is what an argument has that is not there: the graph leaves it out.
    assert found == {
        "a": {"cidr": "10.1.0.0/16", "size": 3, "tags": ()},
        "b": {"cidr": "x", "size": 5, "label": "l", "tags": ()},
    }


def test_an_optional_attribute_without_a_default_is_null(tmp_path: Path) -> None:
    declared = {"v": {"type": "object({a = optional(string)})", "default": {}}}
    assert value(tmp_path, '${var.v.a == null ? "none" : var.v.a}', variable=declared) == "none"


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        ("object({a = string, b = optional(string)})", {}),  # `a` is required
        ("object({a = optional(number)})", {"a": "many"}),
        ("object({a = optional(something)})", {"a": 1}),
        ("object({a = optional(string)", {}),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_unknown(tmp_path: Path, type_: str, default: Any) -> None:
    assert isinstance(variable(tmp_path, type_, default), Unknown)


# --- sensitive values

SECRET = {"variable": {"shared_secret": {"default": "hunter2"}, "none": {"default": "", "sensitive": True}}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("${length(var.shared_secret)}", 7),
        ('${var.shared_secret == "" ? "no" : "yes"}', "yes"),
        ('${"" != var.none}', False),
        ('${length(sensitive("ab"))}', 2),
    ],
)
def test_whether_a_sensitive_value_is_empty_gives_nothing_away(tmp_path: Path, expression: str, expected: Any) -> None:
    assert value(tmp_path, expression, **SECRET) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "${var.shared_secret}",
        "x${var.shared_secret}",
        '${var.shared_secret == "hunter2"}',
        "${substr(var.shared_secret, 0, 1)}",
        "${nonsensitive(var.shared_secret)}",
        "${[var.shared_secret]}",
        "${{a = var.shared_secret}}",
        '${join(",", [var.shared_secret])}',
    ],
)
def test_nothing_of_a_sensitive_value_is_in_the_graph(tmp_path: Path, expression: str) -> None:
    graph = root(tmp_path, resource={"test_thing": {"it": {"argument": expression}}}, **SECRET)
    assert "hunter2" not in repr(graph)
    assert "hunter2" not in str(vars(graph))

"""Functions, templates and types of variables that public modules use; what is not evaluated stays unknown."""

import os
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.terraform.functions import FUNCTIONS
from isthmus.terraform.graph import Unknown
from isthmus.terraform.reading import read
from tests.reading.builders import root, value, write


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
        ('${yamldecode("- {cidr: 10.1.0.0/16, zones: [a]}")}', ({"cidr": "10.1.0.0/16", "zones": ("a",)},)),
        ('${yamldecode("a: &x {p: 1, q: off}\\nb:\\n  <<: *x\\n  p: 2").b}', {"p": 2, "q": False}),
        ('${yamlencode({b = [1, {c = null}], a = "x"})}', '"a": "x"\n"b":\n- 1\n- "c": null\n'),
        ('${timeadd("2024-02-28T23:30:00+01:00", "1h30m")}', "2024-02-29T01:00:00+01:00"),
        ('${timecmp("2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00")}', 0),
        ('${formatdate("EEE, DD MMM \'at\' hh:mm ZZZ", "2024-01-02T03:04:05Z")}', "Tue, 02 Jan at 03:04 UTC"),
        ('${uuidv5("dns", "www.example.com")}', "2ed6657d-e927-568b-95e1-2665a8aea6a2"),
        ("${ceil(log(5, 2))}", 3),
        ("${log(8, 2)}", 3),
        ('${textdecodebase64(textencodebase64("é", "UTF-16LE"), "UTF-16LE")}', "é"),
        ("${signum(-7)}", -1),
        ('${strrev("abc")}', "cba"),
        ('${base64encode("hello")}', "aGVsbG8="),
        ('${md5("")}', "d41d8cd98f00b204e9800998ecf8427e"),
        ('${sha1("")}', "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (
            '${sha512("")}',
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
            "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        ),
        (
            '${base64sha512("")}',
            "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        ),
        ('${base64sha256("x")}', "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="),
    ],
)
def test_what_terraform_gives(tmp_path: Path, expression: str, expected: Any) -> None:
    assert value(tmp_path, expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        '${yamldecode("a: !!int 1")}',
        '${yamldecode("a: 0x10")}',  # a number to Terraform
        '${yamldecode("a: 2024-01-02")}',  # a timestamp to Terraform
        '${yamldecode("a: [1")}',
        '${yamldecode("&a [*a]")}',
        '${yamldecode("a: |")}',
        '${yamlencode("é")}',
        '${timeadd("0000-01-01T00:00:00Z", "1h")}',
        '${uuidv5("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", "a")}',
        "${log(243, 3)}",  # its last digit differs between machines
        "${ceil(log(243, 3))}",
        "${log(50, 10)}",
        '${textencodebase64("a", "UTF-16")}',
        '${textdecodebase64("/w==", "UTF-8")}',
        '${regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")}',  # it may take years
        '${regex("(a|aa)*b", "aaaaaaaaaaaaaaaa")}',
        '${regex("(a?){20}a{20}", "aaaaaaaaaaaaaaaaaaaa")}',
        '${regex("(?i)a", "A")}',
        '${regex("[[:alpha:]]", "a")}',
        '${regexall("a*", "baa")}',  # of empty matches
        '${replace("abc", "/b*/", "-")}',
        '${setsubtract(["1"], [1])}',  # members of several types
        "${pow(10, 5000)}",
        '${file("x")}',
        "%{ if true ~}yes%{ endif }",
        "%{ if true }yes",
        "%{ while true }yes%{ endwhile }",
    ],
)
def test_what_stays_unknown(tmp_path: Path, expression: str) -> None:
    assert isinstance(value(tmp_path, expression), Unknown)


def test_an_alias_bomb_is_not_unfolded() -> None:
    levels = (f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefgh"))
    bomb = "a: &a [x, x]\n" + "".join(levels)
    assert FUNCTIONS["yamldecode"](bomb) is NotImplemented


@pytest.mark.parametrize("text", ["[" * 8_000, "- " * 8_000, "{a: " * 4_000, "? " * 8_000, "a" * 33_000, "x: " * 9_000])
def test_no_yaml_takes_long(text: str) -> None:
    started = process_time()
    assert FUNCTIONS["yamldecode"](text) is NotImplemented
    assert process_time() - started < 5


# --- files


def file_of(folder: Path, expression: str, **files: str | bytes) -> Any:
    """The value of an expression in a module `net` below `folder`, next to these files of the module."""
    inner = {"resource": {"test_thing": {"it": {"argument": expression}}}}
    named = {f"net/{name}": content for name, content in files.items()}
    outer = {"module": {"net": {"source": "./net"}}}
    graph = read(write(folder, {"main.tf.json": outer, "net/main.tf.json": inner, **named}))
    return graph.resources["module.net.test_thing.it"].get("argument")


def test_a_file_of_the_module_is_read(tmp_path: Path) -> None:
    plan = {"nets.yaml": "app: 10.1.0.0/16\n", "rule.tftpl": "pass ${net}"}
    assert file_of(tmp_path, '${yamldecode(file("${path.module}/nets.yaml")).app}', **plan) == "10.1.0.0/16"
    assert file_of(tmp_path, '${file("net/nets.yaml")}', **plan) == "app: 10.1.0.0/16\n"
    assert file_of(tmp_path, '${templatefile("${path.module}/rule.tftpl", {net = "a"})}', **plan) == "pass a"


def test_a_file_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / ".hidden").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    (folder / "large").write_bytes(b"x" * 300_000)
    (folder / "binary").write_bytes(b"\xff")
    outside = ("../secret", str(tmp_path / "secret"), ".hidden", "link")
    for name in (*outside, "pipe", "large", "binary", "gone", ".", "a\\u0000b"):
        for call in (f'file("{name}")', f'templatefile("{name}", {{}})', f'try(file("{name}"), "none")'):
            assert isinstance(file_of(folder, f"${{{call}}}"), Unknown), call


def test_a_template_of_templates_is_not_followed(tmp_path: Path) -> None:
    loop = {"a.tftpl": '${templatefile("net/a.tftpl", {})}'}
    assert isinstance(file_of(tmp_path, '${templatefile("net/a.tftpl", {})}', **loop), Unknown)


@given(st.text("ab(|)*+?{}[]^$.\\12,", max_size=14), st.text("ab1", max_size=18))
def test_no_pattern_takes_long(pattern: str, text: str) -> None:
    """Hypothesis stops an example that takes longer than its deadline."""
    with suppress(ValueError, TypeError):
        FUNCTIONS["regex"](pattern, text)


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

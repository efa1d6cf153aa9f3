"""Expressions: what is known is what Terraform would say; the rest is unknown, never a guess and never an exception."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.terraform.evaluate import evaluate_text
from isthmus.terraform.graph import Ref, Unknown
from isthmus.terraform.scopes import Attributes, bound, having

VPC = {"id": Ref("aws_vpc.this", "id"), "cidr_block": "10.1.0.0/16"}


class _Outside:
    def lookup(self, name: str) -> Any:
        return Unknown(name)


SCOPE = bound(
    _Outside(),
    var=having(
        "var",
        {
            "name": "dev",
            "n": 3,
            "yes": True,
            "zones": ("a", "b"),
            "spokes": {"dev": {"cidr": "10.1.0.0/20"}, "test": {"cidr": "10.2.0.0/20"}},
            "ids": (Ref("aws_subnet.a", "id"), Ref("aws_subnet.b", "id")),
            "missing": None,
            "later": Unknown("later"),
        },
    ),
    aws_vpc=having(
        "aws_vpc", {"this": Attributes("aws_vpc.this", lambda name: VPC.get(name, Ref("aws_vpc.this", name)))}
    ),
    count=having("count", {"index": 1}),
    each=having("each", {"key": "dev", "value": "10.1.0.0/20"}),
)


def meaning(text: str) -> Any:
    return evaluate_text(text, SCOPE)


# Each as Terraform 1.11's console answers it.
KNOWN = {
    "plain": "plain",
    "${var.n}": 3,
    "${var.name}-${var.n}": "dev-3",
    "$${var.name}": "${var.name}",
    "%%{if}": "%{if}",
    "cost: $5": "cost: $5",
    '${"a\\"b\\u00e9\\n"}': 'a"bé\n',
    '${"x-${var.name}"}': "x-dev",
    "${1 + 2 * 3}": 7,
    "${(1 + 2) * 3}": 9,
    "${7 / 2}": 3.5,
    "${-7 % 3}": -1,
    "${!var.yes || var.n >= 3}": True,
    '${var.n == 3 ? "three" : "other"}': "three",
    "${1 == true}": False,
    "${var.missing == null}": True,
    '${var.zones[1]}-${var.spokes["dev"].cidr}': "b-10.1.0.0/20",
    "${var.zones.0}": "a",
    "${[for z in var.zones : upper(z)]}": ("A", "B"),
    '${[for i, z in var.zones : i if z == "b"]}': (1,),
    "${{for k, s in var.spokes : k => s.cidr}}": {"dev": "10.1.0.0/20", "test": "10.2.0.0/20"},
    "${{for z in var.zones : var.name => z...}}": {"dev": ("a", "b")},
    '${{a = 1, "b" : 2, (var.name) = 3}}': {"a": 1, "b": 2, "dev": 3},
    "${values(var.spokes)[*].cidr}": ("10.1.0.0/20", "10.2.0.0/20"),
    '${cidrsubnet("10.0.0.0/8", 8, 1)}': "10.1.0.0/16",
    "${cidrsubnet(aws_vpc.this.cidr_block, 4, count.index)}": "10.1.16.0/20",
    '${cidrsubnet("fd00::/48", 16, 5)}': "fd00:0:0:5::/64",
    '${cidrhost("10.0.0.0/24", -2)}': "10.0.0.254",
    '${cidrnetmask("10.0.0.0/20")}': "255.255.240.0",
    '${cidrsubnets("10.0.0.0/16", 4, 8, 4)}': ("10.0.0.0/20", "10.0.16.0/24", "10.0.32.0/20"),
    "${merge({a = 1}, {a = 2, b = 3})}": {"a": 2, "b": 3},
    '${concat(var.zones, ["c"])}': ("a", "b", "c"),
    "${flatten([[1, [2]], [], 3])}": (1, 2, 3),
    '${toset(["b", "a", "b"])}': ("a", "b"),
    "${element(var.zones, 3)}": "b",
    '${lookup(var.spokes, "prod", "none")}': "none",
    "${length(var.spokes)}": 2,
    "${keys(var.spokes)}": ("dev", "test"),
    '${format("%s-%02d %d%%", var.name, 7, 50)}': "dev-07 50%",
    '${join(",", var.zones)}': "a,b",
    '${split(",", "a,b")}': ("a", "b"),
    '${replace("a.b", ".", "-")}': "a-b",
    "${jsonencode({b = [1, true], a = null})}": '{"a":null,"b":[1,true]}',
    '${jsondecode("[1]")[0]}': 1,
    "${one([])}": None,
    '${coalesce(null, "", "x")}': "x",
    '${try(var.nothing, var.zones[9], "last")}': "last",
    "${can(var.zones[9])}": False,
    "${zipmap(var.zones, [1, 2])}": {"a": 1, "b": 2},
    "${setproduct(var.zones, [1])}": (("a", 1), ("b", 1)),
    "${range(2)}": (0, 1),
    "${slice(var.zones, 0, 1)}": ("a",),
    '${contains(var.zones, "b")}': True,
    '${substr("hello", 1, 3)}': "ell",
    "${var.yes && false}": False,
    "${false && var.later}": False,
    # References stay references wherever they are only passed on.
    "${aws_vpc.this.id}": Ref("aws_vpc.this", "id"),
    "${aws_vpc.this.ipv6_association[0].x}": Ref("aws_vpc.this", "ipv6_association[0].x"),
    "${var.ids[1]}": Ref("aws_subnet.b", "id"),
    "${one([aws_vpc.this.id])}": Ref("aws_vpc.this", "id"),
    "${try(var.zones[9], aws_vpc.this.id)}": Ref("aws_vpc.this", "id"),
    '${coalesce("", aws_vpc.this.id)}': Ref("aws_vpc.this", "id"),
    "${aws_vpc.this.id != null ? 1 : 2}": 1,
    "${element(concat([aws_vpc.this.id], var.ids), 0)}": Ref("aws_vpc.this", "id"),
    "${{for k, v in {a = aws_vpc.this.id} : k => v}}": {"a": Ref("aws_vpc.this", "id")},
    "${length(var.ids)}": 2,
    '${title("dead sea x")}': "Dead Sea X",
    '${tobool("true")}': True,
    '${compact(["a", "", aws_vpc.this.id])}': ("a", Ref("aws_vpc.this", "id")),
    '${chunklist(["a", "b", "c"], 2)}': (("a", "b"), ("c",)),
    '${coalescelist([], ["a"])}': ("a",),
    '${join("-", [1.5, 2, true])}': "1.5-2-true",
    '${format("%q", "a")}': '"a"',
    '${split("", "abc")}': ("a", "b", "c"),
    '${distinct(["b", "a", "b"])[0]}': "b",
    "${coalesce(null, 0, aws_vpc.this.id)}": "0",
    "${tolist([1, aws_vpc.this.id])}": ("1", Ref("aws_vpc.this", "id")),
    '${tolist(["a", aws_vpc.this.cidr])[0]}': "a",
}


@pytest.mark.parametrize("text", KNOWN)
def test_what_terraform_says(text: str) -> None:
    result, expected = meaning(text), KNOWN[text]
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("text", "reason_part"),
    [
        ("${var.later}", "later"),
        ("${cidrsubnet(var.later, 4, 1)}", "later"),
        ("${max(var.zones...)}", "max(var.zones...)"),
        ("${nothing.at.all}", "nothing"),
        ('${file("x")}', "file"),
        ("${timestamp()}", "timestamp"),
        ('${cidrsubnet("10.0.0.0/30", 8, 1)}', "cidrsubnet"),
        ("${var.zones[7]}", "var.zones[7]"),
        ("${aws_vpc.this.id}-x", "aws_vpc.this.id"),
        ("${aws_vpc.this.id == var.name}", "aws_vpc.this.id == var.name"),
        ("${aws_vpc.this.ipv6_cidr_block == null ? 1 : 2}", "ipv6_cidr_block"),
        ('${coalesce(aws_vpc.this.ipv6_cidr_block, "x")}', "coalesce"),
        ("${var.later ? 1 : 2}", "later"),
        ("${length(toset([var.later, var.later]))}", "toset"),
        ("${length(flatten([var.later]))}", "flatten"),
        ("${upper(aws_vpc.this.id)}", "upper"),
        ("%{ if true ~}x%{ endif }", "whitespace stripping markers"),
        ("${", "expected a name"),
        ("${var.name", "expected '}'"),
        ("${1 +}", "expected a name"),
        pytest.param("${" + "(" * 500 + "1" + ")" * 500 + "}", "nested too deeply", id="parentheses"),
        pytest.param("${var" + "[0]" * 5000 + "}", "a chain of more than 200 steps", id="indices"),
        pytest.param("${" + "1+" * 5000 + "1}", "a chain of more than 200 steps", id="sums"),
        ("${range(1000000000)}", "range"),
        ('${index([var.later, "a"], "a")}', "index"),
        ('${regex("a", "b")}', "regex"),
        ('${replace("a", "/[[:alpha:]]/", "b")}', "replace"),
        ("${compact([aws_vpc.this.ipv6_cidr_block])}", "compact"),
        ("${toset([1, var.later])}", "toset"),
        ("${contains([aws_vpc.this.id], 1)}", "contains"),
        ('${element(["a"], -1)}', "element"),
        ('${slice(["a"], 0, 5)}', "slice"),
        ('${one(["a", "b"])}', "one"),
        ('${coalesce("", null)}', "coalesce"),
        ("${coalescelist([], [])}", "coalescelist"),
        # Whether the number becomes a string, only the other's type says.
        ("${coalesce(0, var.later)}", "later"),
        ("${tolist([1, aws_vpc.this.cidr])[0]}", "tolist"),
        ("${setproduct(range(1000), range(1000))}", "setproduct"),
        ("${length(true)}", "length"),
        ('${lookup({}, "a", 1, 2)}', "lookup"),
        ('${keys(["a"])}', "keys"),
        ('${join(",", "a")}', "join"),
        ("${upper([])}", "upper"),
        ('${max("a")}', "max"),
        ("${range(1.5)}", "range"),
        ('${cidrhost("10.0.0.0/30", 9)}', "cidrhost"),
        ('${cidrsubnets("10.0.0.0/30", 1, 1, 1)}', "cidrsubnets"),
        ('${cidrnetmask("fd00::/48")}', "cidrnetmask"),
        ('${format("%v %z", 1, 2)}', "format"),
        ('${format("%s", "a", "b")}', "format"),
    ],
)
def test_the_unknown_has_a_reason(text: str, reason_part: str) -> None:
    result = meaning(text)
    assert isinstance(result, Unknown)
    assert reason_part in result.reason
    assert len(result.reason) <= 300


def test_the_endpoint_of_one_zone_of_a_firewall() -> None:
    states = Ref("aws_networkfirewall_firewall.this", "firewall_status[0].sync_states")
    scope = bound(
        SCOPE, aws_networkfirewall_firewall=having("", {"this": {"firewall_status": ({"sync_states": states},)}})
    )
    text = (
        "${[for s in aws_networkfirewall_firewall.this.firewall_status[0].sync_states : s.attachment[0].endpoint_id"
        ' if s.availability_zone == "us-east-1a"][0]}'
    )
    assert evaluate_text(text, scope) == Ref(
        "aws_networkfirewall_firewall.this", 'firewall_status[0].sync_states["us-east-1a"].attachment[0].endpoint_id'
    )
    assert isinstance(evaluate_text(text.replace("==", "!="), scope), Unknown)


@given(st.text())
def test_escaped_text_is_itself(text: str) -> None:
    assert meaning(text.replace("${", "$${").replace("%{", "%%{")) == text


@given(st.text(alphabet='abv.r[]{}()"\\$%!=<>?:,*+-/ \n017for in'))
def test_any_text_is_a_value_or_unknown(text: str) -> None:
    meaning(text)
    meaning("${" + text + "}")


NETWORKS = st.integers(0, 2**32 - 1).flatmap(
    lambda address: st.integers(0, 28).map(lambda length: ipaddress.ip_network((address, length), strict=False))
)


@given(NETWORKS, st.integers(0, 4), st.integers(0, 15))
def test_cidrsubnet_is_the_nth_subnet(network: ipaddress.IPv4Network, bits: int, number: int) -> None:
    result = meaning(f'${{cidrsubnet("{network}", {bits}, {number})}}')
    if number >= 1 << bits:
        assert isinstance(result, Unknown)
    else:
        assert result == str(list(network.subnets(prefixlen_diff=bits))[number])


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(alphabet='abc-\n"\\', max_size=4),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(PLAIN)
def test_jsondecode_undoes_jsonencode(data: Any) -> None:
    scope = bound(SCOPE, local=having("local", {"x": data}))
    assert evaluate_text("${jsondecode(jsonencode(local.x))}", scope) == data

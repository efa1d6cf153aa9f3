"""Whatever is created while an estate is imported, and is no part of it: every class, every place it may be written."""

import gc
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

import isthmus.intent
from isthmus.intent import Estate, IntentError, Segment
from isthmus.intent.created_objects import recording
from isthmus.intent.loading import load_estate
from isthmus.intent.python_source import written
from isthmus.testing.strategies import estates

HEAD = "from dataclasses import replace\nfrom isthmus.intent import *\n"
NAMES = (f"made{number}" for number in count())
SOUND = """
hub = Environment("network", account="network", hub=Hub("main"))
lab = Segment("lab")
a = Spoke("a", cidr="10.1.0.0/20", segment=lab, egress=Egress.NONE)
dev = Environment("dev", account="network", spokes=[a])
"""
ESTATE = """
estate = Estate(
    "company",
    organization=Organization(
        arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
        accounts=[Account("network", id="111122223333")],
    ),
    region="us-east-1",
    blocks=["10.1.0.0/16"],
    zones=["use1-az1"],
    segments=[lab],
    environments=[hub, dev],
)
"""
SPOKE = 'Spoke("b", cidr="10.1.16.0/20", segment="lab", egress=Egress.NONE)'
# One of every class that can be left out, with how messages call it.
EVERY = {
    "Account": ('Account("x", id="222233334444")', 'account "x"'),
    "CentralEndpoints": ('CentralEndpoints(services=["ssm"])', "central endpoints"),
    "CustomerGateway": ('CustomerGateway("x", bgp_asn=65_001)', 'customer gateway "x"'),
    "DirectConnectGateway": (
        'DirectConnectGateway("x", asn=64_600, segment="lab", virtual_interfaces=[])',
        'Direct Connect gateway "x"',
    ),
    "DnsFirewall": ('DnsFirewall(blocked=["*"])', "DNS firewall"),
    "DomainList": ('DomainList("x", domains=["example.com"])', 'domain list "x"'),
    "EgressVpc": ('EgressVpc("x", cidr="10.1.255.0/24", inspection=Inspection.NONE)', 'egress VPC "x"'),
    "EndpointService": (
        'EndpointService("x", endpoint_name="com.amazonaws.us-east-1.x", dns_names=["x.example.com"])',
        'endpoint service "x"',
    ),
    "Environment": ('Environment("x", account="network")', 'environment "x"'),
    "FirewallPolicy": ("FirewallPolicy()", "firewall policy"),
    "ForwardRule": ('ForwardRule("x.example")', 'forward rule "x.example"'),
    "HcpTerraform": ('HcpTerraform(organization="x")', "backend"),
    "Hub": ('Hub("x")', 'hub "x"'),
    "HybridDns": ('HybridDns(spoke="a")', "hybrid DNS"),
    "LocalBackend": ("LocalBackend()", ""),  # the estate has one like it
    "Observability": ("Observability(notify=[])", "observability"),
    "AllowedConnection": ('AllowedConnection(source="lab", to="lab", ports=["icmp"])', "allowed connection"),
    "Organization": ('Organization(arn="arn", accounts=[])', "organization"),
    "OrganizationalUnit": ('OrganizationalUnit("x", arn="arn")', 'organizational unit "x"'),
    "PublishedService": ('PublishedService("x", port=443, targets=["10.0.0.10"])', 'published service "x"'),
    "PrivateZone": ('PrivateZone("x.example")', 'private zone "x.example"'),
    "RuleGroup": ('RuleGroup("x", rules=[], priority=5000)', 'rule group "x"'),
    "S3Backend": ('S3Backend(bucket="x", account="network")', "backend"),
    "Segment": ('Segment("x")', 'segment "x"'),
    "Site": ('Site("x", networks={}, customer_gateways=[])', 'site "x"'),
    "Spoke": (SPOKE, 'spoke "b"'),
    "TransitVirtualInterface": (
        'TransitVirtualInterface("x", customer_gateway="y", location="EqDC2", vlan=101, '
        'amazon_address="169.254.100.1/30", customer_address="169.254.100.2/30")',
        'virtual interface "x"',
    ),
    "Tunnel": ("Tunnel()", "tunnel"),
    "VpnConnection": ('VpnConnection("x", customer_gateway="y", number=1, segment="lab")', 'VPN connection "x"'),
}


@pytest.fixture
def message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """What is said of an estate with this source, "" where it is accepted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    loaded: list[str] = []

    def load(source: str) -> str:
        loaded.append(next(NAMES))
        Path(tmp_path, f"{loaded[-1]}.py").write_text(HEAD + source)
        sys.path_importer_cache.clear()
        try:
            load_estate(loaded[-1])
        except IntentError as error:
            return str(error).replace(loaded[-1], "company")
        return ""

    yield load
    for name in loaded:
        sys.modules.pop(name, None)


def test_every_class_of_the_language_has_a_row() -> None:
    kinds = {name for name, kind in vars(isthmus.intent).items() if isinstance(kind, type) and is_dataclass(kind)}
    assert set(EVERY) == kinds - {"Estate", "Problem"}


@pytest.mark.parametrize("kind", EVERY)
def test_whatever_is_created_and_left_out_is_named_with_its_line(message: Callable[[str], str], kind: str) -> None:
    expression, subject = EVERY[kind]
    text = message(SOUND + ESTATE + f"x = {expression}\n")
    assert text.splitlines()[1:2] == ([f"  {subject}, company.py:21: no estate uses it"] if subject else [])


@pytest.mark.parametrize(
    "source",
    [
        f"b = {SPOKE}\n",
        f"spokes = [a, {SPOKE}]\n",
        f'by_name = {{"b": {SPOKE}}}\n',
        f"class Kept:\n    b = {SPOKE}\n",
        f"{SPOKE}\n",
        f"def make():\n    b = {SPOKE}\n\n\nmake()\n",
        f"[{SPOKE} for _ in range(1)]\n",
        # A template, which is of no estate itself.
        f'b = {SPOKE}\ndev = replace(dev, spokes=[a, replace(b, name="c")])\n',
    ],
)
def test_wherever_it_is_written(message: Callable[[str], str], source: str) -> None:
    text = message(SOUND + source + ESTATE)
    assert text.startswith('These objects belong to no estate:\n  spoke "b", company.py:')
    assert text.count("no estate uses it") == 1


@pytest.mark.parametrize(
    "source",
    [
        f"_b = {SPOKE}\n",
        f"_spokes = [{SPOKE}]\n",
        f"def make():\n    _b = {SPOKE}\n\n\nmake()\n",
        f'_b = {SPOKE}\ndev = replace(dev, spokes=[a, replace(_b, name="c")])\n',
        # A copy of the same name is in the place of its original.
        'a = replace(a, gateway_endpoints=["s3"])\ndev = replace(dev, spokes=[a])\n',
        'dev = replace(dev, spokes=[replace(a, gateway_endpoints=["s3"])])\n',
        "from copy import copy, deepcopy\ndev = replace(dev, spokes=[deepcopy(copy(a))])\n",
        # It says nothing that the estate does not say.
        'again = Segment("lab")\n',
        "dev = Environment('dev', account=Account('network', id='111122223333'), spokes=dev.spokes)\n",
    ],
)
def test_what_is_left_out_on_purpose_or_not_at_all(message: Callable[[str], str], source: str) -> None:
    assert message(SOUND + source + ESTATE) == ""


def test_what_its_holder_left_behind_is_named_and_not_what_a_forgotten_thing_holds(
    message: Callable[[str], str],
) -> None:
    behind = message(
        SOUND + f"b = {SPOKE}\ndev = replace(dev, spokes=[a, b])\ndev = replace(dev, spokes=[a])\n" + ESTATE
    )
    assert [line for line in behind.splitlines() if "no estate uses it" in line] == [
        '  spoke "b", company.py:8: no estate uses it'
    ]
    held = message(SOUND + f'c = Environment("c", account="network", spokes=[{SPOKE}])\n' + ESTATE)
    assert [line for line in held.splitlines() if "no estate uses it" in line] == [
        '  environment "c", company.py:8: no estate uses it'
    ]


@pytest.mark.parametrize("check", ["", "check(estate)\n", "estate = check(estate)\n"])
def test_it_comes_before_the_rules_that_break_for_want_of_it(message: Callable[[str], str], check: str) -> None:
    text = message(SOUND + ESTATE.replace("[hub, dev]", "[dev]").replace("[lab]", "[]") + check)
    assert [line.partition(":")[0] for line in text.splitlines()] == [
        "These objects belong to no estate",
        '  environment "network", company.py',
        "    write",
        '  segment "lab", company.py',
        "    write",
    ]


def test_a_check_inside_the_module_creates_nothing_itself(message: Callable[[str], str]) -> None:
    assert message(SOUND + ESTATE + "check(estate)\n") == ""


def test_the_second_load_of_a_module_says_the_same(message: Callable[[str], str]) -> None:
    text = message(SOUND + f"{SPOKE}\n" + ESTATE)
    (name,) = [name for name, module in sys.modules.items() if name.startswith("made") and hasattr(module, "estate")]
    with pytest.raises(IntentError) as error:
        load_estate(name)
    assert str(error.value).replace(name, "company") == text
    assert 'spoke "b"' in text


def test_a_module_that_was_imported_before_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was recorded then; its variables still say what it created."""
    (tmp_path / "earlier").mkdir()
    (tmp_path / "earlier" / "parts.py").write_text(
        HEAD + SOUND + f"b = {SPOKE}\nspokes = [{SPOKE.replace('b', 'c')}]\n"
    )
    (tmp_path / "earlier" / "estate.py").write_text(HEAD + "from earlier.parts import *\n" + ESTATE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    import_module("earlier.parts")
    with pytest.raises(IntentError) as error:
        load_estate("earlier.estate")
    for name in ("earlier", "earlier.parts", "earlier.estate"):
        del sys.modules[name]
    assert [line for line in str(error.value).splitlines() if "no estate uses it" in line] == [
        '  spoke "b", earlier/parts.py:8: no estate uses it',
        '  spoke "c", earlier/parts.py:9: no estate uses it',
    ]


def test_nothing_is_kept_after_a_load_nor_recorded_outside_of_one() -> None:
    with recording() as creations:
        outside = weakref.ref(Segment("inside"))
        with recording() as inner:
            Segment("inner")
        Segment("after")
    assert [made.thing.name for made in creations] == ["inside", "after"]
    assert [made.thing.name for made in inner] == ["inner"]
    Segment("outside")
    assert len(creations) == 2
    del creations, inner
    gc.collect()
    assert outside() is None


class Source:
    """An estate as source, one variable for each of its parts, and each reference from a part to what holds it."""

    def __init__(self, estate: Estate, forget: object = None) -> None:
        self.lines: list[str] = []
        self.forget = forget
        self.line = 0  # of what is forgotten
        self.add(estate)

    def add(self, thing: object) -> str:
        given = []
        for field in fields(thing):  # type: ignore[arg-type]
            value = getattr(thing, field.name)
            if isinstance(value, tuple) and any(is_dataclass(part) for part in value):
                names = [(part, self.add(part)) for part in value]
                text = f"[{', '.join(name for part, name in names if part is not self.forget)}]"
                text = f"tuple({text})" if field.name == "tunnels" else text
            elif is_dataclass(value):
                name = self.add(value)
                if value is self.forget:
                    continue
                text = name
            else:
                # A pair stays a pair; `written` cannot know that one text in brackets is a list.
                text = written(list(value) if isinstance(value, tuple) and field.name != "coordinates" else value)
            given.append(text if not field.kw_only else f"{field.name}={text}")
        name = "estate" if isinstance(thing, Estate) else f"part{len(self.lines)}"
        self.lines.append(f"{name} = {type(thing).__name__}({', '.join(given)})")
        if thing is self.forget:
            self.line = len(self.lines) + HEAD.count("\n")
        return name

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


def optional(thing: object) -> Iterator[object]:
    """Every part of an estate that can be left out of what holds it."""
    for field in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, field.name)
        several = value if isinstance(value, tuple) and field.name != "tunnels" else ()
        for part in several:
            if is_dataclass(part):
                yield part
                yield from optional(part)
        if is_dataclass(value):
            if field.name not in ("organization", "backend"):
                yield value
            yield from optional(value)


def parts(thing: object) -> Iterator[object]:
    yield thing
    for field in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part):
                yield from parts(part)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(estate=estates(), data=st.data())
def test_one_reference_forgotten_is_named(message: Callable[[str], str], estate: Estate, data: DataObject) -> None:
    assert message(str(Source(estate))) == ""
    missing = data.draw(st.sampled_from(list(optional(estate))))
    assume(sum(part == missing for part in parts(estate)) == 1)
    source = Source(estate, forget=missing)
    text = message(str(source))
    assert text.startswith("These objects belong to no estate:\n  ")
    assert f", company.py:{source.line}: no estate uses it" in text.splitlines()[1]
    assert text.count("no estate uses it") == 1

"""Every argument of every resource of an output, changed and removed: what does the proof say of each?

    python -m tests.proof.argument_mutants [OUTPUT ...] [--most N]

prints the survivors: mutants that are proved although the table of arguments does not say why that is right. It writes
benchmarks/argument-mutants.md if no output is named.

Mutants are made in the graph that the reader makes of an output: hundreds of them share one reading. That the reader
sees the same in files is held by tests/proof/test_argument_mutants.py.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from isthmus import proof
from isthmus.intent import Estate
from isthmus.network.coverage.modeled import COMMON, MODELED
from isthmus.network.coverage.no_effect import NO_EFFECT
from isthmus.network.coverage.type_table import not_modeled
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Network
from isthmus.proof import Analysis, Verdict
from isthmus.terraform.graph import Graph, Ref, Resource, Undeclared, Unknown, Value
from tests.docs.readme import PROJECT
from tests.proof.estates import ALL, estate, output, write
from tests.proof.same_flows import Excuse, excuse

DOCUMENT = PROJECT / "benchmarks/argument-mutants.md"
REFERENCE = "environments.estate"
OUTPUTS = (REFERENCE, *ALL)
_SWITCHES = {"enable": "disable", "disable": "enable", "enabled": "disabled", "disabled": "enabled"}
_DIGITS = re.compile(r"\d+")
# Defaults of arguments that take any value of their kind.
_DEFAULTS = {
    ("aws_customer_gateway", "bgp_asn"): "65000",
    ("aws_ec2_transit_gateway", "amazon_side_asn"): "64512",
    ("aws_route53_resolver_rule", "target_ip.port"): "53",
}
_UNLISTED = "isthmus-unlisted"
_ELSEWHERE = "isthmus-0123456789abcdef0"  # an id that may exist, and is not here


@dataclass(frozen=True)
class Mutant:
    """One change. `argument` is "" where the resource itself goes; `how` says what became of it."""

    address: str
    type: str
    argument: str
    how: str
    graph: Graph = field(repr=False, compare=False)

    @property
    def kind(self) -> tuple[str, str, str]:
        """What alike mutants have in common: type, argument without positions, and what became of it in a word."""
        return self.type, plain(self.argument), word(self.how)

    @property
    def place(self) -> str:
        """The address, and with it the argument with its positions."""
        return f"{self.address}{'.' if self.argument else ''}{self.argument}"

    def __str__(self) -> str:
        return f"{self.place}: {self.how}"


def plain(argument: str) -> str:
    """An argument without the positions of blocks."""
    return re.sub(r"\[\d+\]", "", argument)


def word(how: str) -> str:
    """`removed`, `changed`, `elsewhere` (an id that is not here) or `unlisted` (a value that does not exist)."""
    return {f"changed to {_ELSEWHERE}": "elsewhere", f"changed to {_UNLISTED}": "unlisted"}.get(how, how.split(" ")[0])


def excused(type_: str, argument: str) -> str:
    """Why the table says that a change of an argument changes no flow; "" where it does not."""
    path = plain(argument)
    if type_ not in MODELED:
        return NO_EFFECT.get(type_, "" if not_modeled(type_) else "its type has no effect on flows")
    return COMMON.get(path.split(".")[0], "") or MODELED[type_].reason(path) or ""


# --- making


def mutants(graph: Graph, most: int | None = None) -> Iterator[Mutant]:
    """Every mutant of a graph whose argument is not excused; of alike ones (type, argument, how) at most so many."""
    made: dict[tuple[str, str, str], int] = defaultdict(int)
    for resource in graph.resources.values():
        for argument, how, make in _of(resource, graph):
            key = (resource.type, plain(argument), word(how))
            if excused(resource.type, argument) or (most is not None and made[key] >= most):
                continue
            made[key] += 1
            yield Mutant(resource.address, resource.type, argument, how, make())


_Made = tuple[str, str, Callable[[], Graph]]


def _of(resource: Resource, graph: Graph) -> Iterator[_Made]:
    yield "", "removed", lambda: without(graph, resource.address)
    for name, value in resource.values.items():
        for argument, how, new in _changes(name, value, resource, graph, name):
            yield argument, how, _maker(graph, resource, name, new)


def _maker(graph: Graph, resource: Resource, name: str, new: Value) -> Callable[[], Graph]:
    def make() -> Graph:
        values = {key: value for key, value in resource.values.items() if key != name}
        if new is not None:
            values[name] = new
        return _with(graph, replace(resource, values=values))

    return make


def _changes(path: str, value: Value, resource: Resource, graph: Graph, plain: str) -> Iterator[tuple[str, str, Value]]:
    """Where in an argument what is changed how, and what the whole argument is then; None: it is removed."""
    if not is_default(resource.type, plain, value):
        yield path, "removed", None
    if isinstance(value, Mapping):
        for name, inner in value.items():
            for where, how, new in _changes(f"{path}.{name}", inner, resource, graph, f"{plain}.{name}"):
                left = {key: item for key, item in value.items() if key != name}
                yield where, how, left if new is None else {**left, name: new}
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            for where, how, new in _changes(f"{path}[{at}]", item, resource, graph, plain):
                rest = (*value[:at], *value[at + 1 :]) if new is None else (*value[:at], new, *value[at + 1 :])
                yield where, how, rest or None
    else:
        for new in _others(value, resource, graph, plain):
            yield path, f"changed to {new}", new


def is_default(type_: str, path: str, value: Value) -> bool:
    """Whether a value is what AWS takes where an argument is absent, as the table says: to remove it is no change."""
    if type_ not in MODELED or path in MODELED[type_].required:
        return False
    values = MODELED[type_].values(path) or (_DEFAULTS.get((type_, path), ""),)
    return str(value).lower() == values[0].lower()


def _others(value: Value, resource: Resource, graph: Graph, path: str) -> Iterator[Value]:
    """Other values of the kind that an argument takes."""
    listed = MODELED[resource.type].values(path) if resource.type in MODELED else None
    if listed is not None and not isinstance(value, bool):
        yield from [other for other in listed if other != value][:1]
        yield _UNLISTED
    elif isinstance(value, Ref):
        yield from _other_references(value, graph)
        yield _ELSEWHERE
    elif isinstance(value, bool):
        yield not value  # there is no third
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        yield _other_text(value)
    elif isinstance(value, Unknown):
        return


def _other_references(value: Ref, graph: Graph) -> Iterator[Ref]:
    """The same attribute of another resource of the type: of the same root first, and of the same module there."""
    own = graph.resources.get(value.address)
    if own is None:
        return
    near = value.address.rpartition(".")[0].rpartition(".")[0]
    equivalent = [other for other in graph.of_type(own.type) if other.address != value.address]
    equivalent.sort(key=lambda other: (not other.address.startswith(near), other.root != own.root, other.address))
    yield from (Ref(other.address, value.attribute) for other in equivalent[:1])


def _other_text(value: str) -> str:
    if value in _SWITCHES:
        return _SWITCHES[value]
    if _DIGITS.fullmatch(value):
        return str(int(value) + 1)
    try:
        network = ip_network(value)
    except ValueError:
        return f"{value}x"
    if "/" not in value:
        return str(ip_address(value) + 1)
    if network.prefixlen == 0:
        return "192.0.2.0/24" if network.version == 4 else "2001:db8::/32"
    return str(network.__class__((int(network.network_address) ^ int(network.hostmask) + 1, network.prefixlen)))


def without(graph: Graph, gone: str) -> Graph:
    """A graph without a resource: what refers to it refers to nothing."""
    undeclared: list[Undeclared] = list(graph.undeclared)
    resources = {}
    for address, resource in graph.resources.items():
        if address == gone:
            continue
        values = {}
        for name, value in resource.values.items():
            values[name] = _unreferred(value, gone)
            if values[name] is not value:
                undeclared.append(Undeclared(address, name, gone))
        resources[address] = replace(resource, values=values)
    return replace(graph, resources=resources, undeclared=tuple(undeclared))


def _unreferred(value: Value, gone: str) -> Value:
    """The value as the reader gives it once the resource is not declared; the same object where it does not refer."""
    if isinstance(value, Ref):
        return Unknown(f"{gone}: not declared") if value.address == gone else value
    if isinstance(value, tuple):
        items = tuple(_unreferred(item, gone) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, Mapping):
        found = {key: _unreferred(item, gone) for key, item in value.items()}
        return value if all(found[key] is value[key] for key in value) else found
    return value


def _with(graph: Graph, resource: Resource) -> Graph:
    return replace(graph, resources={**graph.resources, resource.address: resource})


# --- judging


@dataclass(frozen=True)
class Bench:
    """A correct output that was read once."""

    graph: Graph
    intent: Estate
    roots: frozenset[str]

    def verdict(self, graph: Graph) -> Verdict:
        """What the proof says of a graph in its place."""
        try:
            subject = Analysis(network_of(graph), self.intent, roots=self.roots, notes=graph.notes, graph=graph)
            quick = subject.prove(scenarios=False).verdict
        except proof.UnusableInput:
            return Verdict.UNKNOWN  # it is refused: there is no network left
        return subject.prove().verdict if quick is Verdict.PROVED else quick

    def reads(self, graph: Graph) -> bool:
        """Whether the network differs that is read from a graph in its place: then what was changed is evaluated."""
        return network_of(graph) != self.network

    @cached_property
    def network(self) -> Network:
        """The network of the output itself."""
        return network_of(self.graph)

    def survivors(self, most: int | None = None) -> Iterator[tuple[Mutant, bool]]:
        """Every mutant, and whether it is proved."""
        for mutant in mutants(self.graph, most):
            yield mutant, self.verdict(mutant.graph) is Verdict.PROVED


@cache
def bench(name: str) -> Bench:
    """The bench of an estate's output."""
    return bench_of(_intent(name), output(name) if name != REFERENCE else _reference())


def bench_of(intent: Estate, files: Mapping[str, str]) -> Bench:
    """The bench of an estate and its output."""
    with TemporaryDirectory() as folder:
        read = proof.read(write(files, Path(folder)))
    return Bench(read.graph, intent, frozenset(read.roots))


def _intent(name: str) -> Estate:
    if name == REFERENCE:
        from environments import estate as reference

        return reference.estate
    return estate(name)


def _reference() -> Mapping[str, str]:
    from modules.synthesis import synthesize

    return synthesize(_intent(REFERENCE))


# --- telling


def main(arguments: list[str]) -> int:
    """Make the mutants and print those that survive without an excuse."""
    parser = argparse.ArgumentParser(description="argument mutants of outputs")
    parser.add_argument("outputs", nargs="*", help=f"of {', '.join(OUTPUTS)}; none: all")
    parser.add_argument("--most", type=int, default=None, help="of alike mutants (type, argument, how), so many")
    given = parser.parse_args(arguments)
    counts = Counts()
    for name in given.outputs or OUTPUTS:
        for mutant, survived in bench(name).survivors(given.most):
            found = excuse(mutant.kind, mutant.place) if survived else None
            counts.count(mutant, survived, found)
            if survived and found is None:
                print(f"{name}: {mutant}", flush=True)
    print(f"{counts.made} mutants, {counts.left} survive", file=sys.stderr)
    if not given.outputs:
        DOCUMENT.write_text(page(counts, given.most))
    return 1 if counts.left else 0


@dataclass
class Counts:
    """By type: mutants made, excused, and survivors. Excuses, each with how often it was needed."""

    types: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    excuses: dict[Excuse, int] = field(default_factory=lambda: defaultdict(int))

    def count(self, mutant: Mutant, survived: bool, found: Excuse | None) -> None:
        self.types[mutant.type][0] += 1
        if found is not None:
            self.types[mutant.type][1] += 1
            self.excuses[found] += 1
        elif survived:
            self.types[mutant.type][2] += 1

    @property
    def made(self) -> int:
        return sum(count[0] for count in self.types.values())

    @property
    def left(self) -> int:
        return sum(count[2] for count in self.types.values())


def page(counts: Counts, most: int | None) -> str:
    """benchmarks/argument-mutants.md."""
    which = f"In each output {most} of alike mutants (type, argument, what became of it) were made." if most else ""
    lines = [
        HEAD,
        *([which, ""] if which else []),
        "| type | mutants | violated or unknown | still as meant | rate |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(f"`{name}`", *numbers) for name, numbers in sorted(counts.types.items())]
    lines.append(_row("**all**", *(sum(numbers[at] for numbers in counts.types.values()) for at in range(3))))
    lines += ["", "## Still as meant", "", "| type | argument | how | mutants | why |", "|---|---|---|---|---|"]
    for found, number in sorted(counts.excuses.items()):
        what = f"`{found.argument}`" if found.argument else "the resource"
        lines.append(f"| `{found.type}` | {what} | {found.how.replace('|', ' or ')} | {number} | {found.why} |")
    return "\n".join(lines) + "\n"


def _row(name: str, made: int, excused_: int, left: int) -> str:
    return f"| {name} | {made} | {made - excused_ - left} | {excused_} | {100 * (made - left) / made:.1f} % |"


HEAD = """# Argument mutants

Every argument of every evaluated resource in the outputs of `environments/` and of all examples is changed to another
value of its kind and to a value that does not exist, and removed; so are its blocks, and the resource. A mutant is
found if the verdict is then violated or unknown. Arguments without effect on flows are not counted: see
[resource types](../docs/reference/resource-types.md). The second table lists the mutants after which the network still
does what the intent asks, each with the reason. They count as found in the rate.

`python -m tests.proof.argument_mutants` makes all of them and writes this page. `make test` makes a sample, and the
nightly profile makes all.
"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

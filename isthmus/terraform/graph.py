"""The resource graph: what every reader of Terraform produces and everything behind it consumes.

A value is one of

- plain data (`None`, `bool`, `int`, `float`, `str`, tuples and mappings of values),
- `Ref`: the attribute of a resource in this graph, e.g. the `id` of `network/module.hub.aws_ec2_transit_gateway.this`,
- `Unknown`: something that cannot be evaluated here, with the expression or the reason. It is never guessed at.

An argument that is absent, or null, is not in `Resource.values`: the provider's documented default applies, and is
encoded where the value is used. So is an empty string, of an argument or in a block: the AWS provider makes no
difference, and plans and states hold either. Lists and sets are tuples; nothing is said about the order of a set.

A nested block may be one mapping or a tuple of them, since JSON syntax allows both and does not distinguish a
block from a map: `blocks` gives either as a tuple.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from isthmus.text.printable import printable

_LONGEST_REASON = 1000  # characters


@dataclass(frozen=True, slots=True)
class Ref:
    """The attribute (`"id"`, `"arn"`, `"transit_gateway_attachment_id"`, ...) of the resource at an address."""

    address: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.address}.{self.attribute}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is known after apply only, or that this reader cannot evaluate.

    `reason` is for messages: the expression, or the feature that prevents an answer. It never holds a sensitive
    value, and is safe to print.

    `origin` is a digest of what the value is made from, "" where that is not known, see `origins`. Two unknown values
    of different origin may differ. It does not count for `==`.
    """

    reason: str
    origin: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", printable(self.reason, _LONGEST_REASON))

    def __str__(self) -> str:
        return f"unknown ({self.reason})"


@dataclass(frozen=True, slots=True)
class NeverNull(Unknown):
    """An unknown value that is known to be there: what it is written as gives a value, or Terraform refuses it."""


NO_LIFECYCLE = Unknown("plans and states hold no lifecycle settings")

Value = Any  # None | bool | int | float | str | tuple["Value", ...] | Mapping[str, "Value"] | Ref | Unknown


@dataclass(frozen=True, slots=True)
class Resource:
    """One managed resource instance, or an existing object.

    `address` is unique in the graph: the Terraform address (with index), prefixed by `<root>/` where roots were joined.
    `account` is the account id of the provider that manages it, where the configuration says so. `provider` names the
    provider configuration itself, "" where that is not known: resources of one are in one account.
    `written` are the names of the arguments and blocks in its configuration, `provisioner.local-exec` for a command of
    that kind; None where only values are known, as in a state: then some of them are AWS's own.
    `depends_on` holds addresses, of resources, blocks or modules, that Terraform makes before it, beyond those that
    arguments refer to. `ignored` are the arguments of which Terraform ignores changes, `all` for each of them.
    `triggers` are the references of `replace_triggered_by`, as they are written. `prevent_destroy` is the lifecycle
    setting of that name. `number_origin` is the origin of the number of instances, if it is not known.
    `provider_origin` is that of the settings that decide the account and the Region.
    `existing` is an object that a data source reads by its id, which is then its address: Terraform neither creates nor
    changes it. What is not in its `values` is not known: no default of the provider applies.
    """

    address: str
    type: str
    values: Mapping[str, Value] = field(default_factory=dict)
    root: str = ""
    account: str | None = None
    region: str | None = None
    written: frozenset[str] | None = None
    depends_on: tuple[str, ...] = ()
    provider: str = ""
    ignored: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    prevent_destroy: bool | Unknown = NO_LIFECYCLE
    number_origin: str = ""
    provider_origin: str = ""
    existing: bool = False

    def get(self, argument: str, default: Value = None) -> Value:
        """The value of an argument, or `default` where it is absent or null."""
        return self.values.get(argument, default)


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A reference to what nothing declares: Terraform refuses it. `address` refers, in `argument`, to `missing`."""

    address: str
    argument: str
    missing: str


@dataclass(frozen=True)
class Graph:
    """Resources by address, in address order, with whatever was assumed or could not be read said in `notes`.

    `outputs` are those of the roots, by `<root>/<name>`, or by name where there is one root.

    `unexpanded` holds resources whose number is not known, because `count` or `for_each` could not be
    evaluated: there may be none, or many. Their address ends in `[?]`, and whatever depends on the index is `Unknown`.
    What they touch (a route's table, an association's attachment) must be answered as unknown.

    `undeclared` are references to nothing, where the input distinguishes them from ids of resources elsewhere.

    `attachments` are ids of transit gateway attachments that data sources have read, each with the ids of what is
    attached and of the gateway: no resource has them.

    `forgotten` are the addresses of what Terraform manages no longer and leaves in AWS as it is, each with its type,
    "" for a module.

    `moved` are the addresses of `moved` blocks, from old to new: of resources, instances or modules. `imported` are the
    addresses whose resources `import` blocks take into the state. `roots` are the names of the root modules that were
    read from their configuration, also of those without resources.
    """

    resources: Mapping[str, Resource]
    notes: tuple[str, ...] = ()
    outputs: Mapping[str, Value] = field(default_factory=dict)
    unexpanded: Mapping[str, Resource] = field(default_factory=dict)
    undeclared: tuple[Undeclared, ...] = ()
    attachments: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    forgotten: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    imported: tuple[str, ...] = ()
    roots: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in ("resources", "outputs", "unexpanded", "attachments"):
            object.__setattr__(self, name, MappingProxyType(dict(sorted(getattr(self, name).items()))))

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Every resource of one of the given Terraform types, in address order."""
        if len(types) == 1:
            return (resource for _, resource in self._by_type.get(types[0], ()))
        found = [entry for type_ in dict.fromkeys(types) for entry in self._by_type.get(type_, ())]
        return (resource for _, resource in sorted(found, key=itemgetter(0)))

    @cached_property
    def _by_type(self) -> Mapping[str, list[tuple[int, Resource]]]:
        """The resources of each type, each with its place among all resources."""
        found: dict[str, list[tuple[int, Resource]]] = {}
        for place, resource in enumerate(self.resources.values()):
            found.setdefault(resource.type, []).append((place, resource))
        return found


def blocks(resource: Resource, name: str) -> tuple[Mapping[str, Value] | Unknown, ...]:
    """The nested blocks of one name, in order, whether written as one object or as a list; none where absent.

    A block that cannot be evaluated is an `Unknown` among them: it may stand for none, one or several.
    """
    value = resource.values.get(name, ())
    found = value if isinstance(value, tuple) else (value,)
    return tuple(
        block if isinstance(block, Mapping | Unknown) else Unknown(f"{name}: {type(block).__name__} instead of a block")
        for block in found
    )

"""Objects of two networks with their settings: which are added, removed or changed, and what is unclear.

A value that is unknown on both sides counts as unchanged if it has the same reason and origin, as in `isthmus.changes`.
A value that is unknown on one side only, for another reason or of another origin, is unclear: it is neither equal nor
changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from isthmus.proof.difference.missing_locations import block_of
from isthmus.terraform.graph import Unknown
from isthmus.text.printable import printable


class ObjectKind(StrEnum):
    """What a changed object is. The order is that of the reports."""

    SITE_NETWORK = "site network"
    VPC = "VPC"
    CUSTOMER_GATEWAY = "customer gateway"
    TRANSIT_GATEWAY = "transit gateway"
    VPN_GATEWAY = "virtual private gateway"
    VPN_CONNECTION = "VPN connection"
    DX_GATEWAY = "Direct Connect gateway"
    RESOLVER_ENDPOINT = "Resolver endpoint"
    RESOLVER_RULE = "Resolver rule"
    PRIVATE_ZONE = "private hosted zone"
    INTERFACE_ENDPOINT = "interface endpoint"
    GATEWAY_ENDPOINT = "gateway endpoint"
    VPC_ENDPOINT = "VPC endpoint"


class ObjectChangeKind(StrEnum):
    """How an object changes. Unclear: it depends on a value that is unknown before or after."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting on one side.

    - `values`: its values as texts, in order.
    - `unknown`: why it has other values, or more; "" if all are known.
    - `assigned`: how many more values AWS assigns, which the input does not hold. They stay with the object.
    - `origins`: those of the unknown values.
    """

    values: tuple[str, ...] = ()
    unknown: str = ""
    assigned: int = 0
    origins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *values: Any, assigned: int = 0) -> Setting:
        """The setting with these values. None is no value, `Unknown` an unknown one; a tuple is several."""
        flat = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
        known = [one for one in flat if one is not None and not isinstance(one, Unknown)]
        reasons = dict.fromkeys(one.reason for one in flat if isinstance(one, Unknown))
        texts = dict.fromkeys(_text(one) for one in sorted(known, key=_order))
        origins = frozenset(one.origin for one in flat if isinstance(one, Unknown))
        return cls(tuple(texts), "; ".join(sorted(reasons)), assigned, origins)

    def __str__(self) -> str:
        """Everything in one line."""
        number = f"{self.assigned} " if self.assigned > 1 else ""
        parts = [*self.values, *([f"{number}assigned by AWS"] if self.assigned else [])]
        parts += [f"unknown ({self.unknown})"] if self.unknown else []
        return ", ".join(parts) or "none"


NOTHING = Setting()


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that changes, or may change: `certain` says which."""

    setting: str
    before: Setting
    after: Setting
    certain: bool = True

    @property
    def added(self) -> tuple[str, ...]:
        """The values that are added for certain: only the later side has them."""
        return _only(self.after, self.before)

    @property
    def removed(self) -> tuple[str, ...]:
        """The values that are removed for certain: only the earlier side has them."""
        return _only(self.before, self.after)

    def __str__(self) -> str:
        return f"{self.setting} {self.after}, was {self.before}"


def _only(side: Setting, other: Setting) -> tuple[str, ...]:
    """The values that only one side has. If the other has unknown values, they may be among these."""
    if other.unknown not in ("", side.unknown):
        return ()
    return tuple(value for value in side.values if value not in other.values)


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that changes, with its settings that change; with all of them if it is added or removed.

    - `name`: its name, or its Terraform address if it has none or several objects have the same.
    - `site`: the on-premises site that it belongs to, or "".
    - `reason`: why it is unknown whether the object exists, or "".
    """

    kind: ObjectKind
    name: str
    change: ObjectChangeKind
    settings: tuple[SettingChange, ...] = ()
    site: str = ""
    reason: str = ""

    def __str__(self) -> str:
        details = "; ".join([*([self.reason] if self.reason else []), *map(str, self.settings)])
        return f"{self.change}: {self.kind} {self.name}" + (f": {details}" if details else "")


@dataclass(frozen=True)
class Object:
    """An object on one side. `address`: its Terraform address, or "". `reason`: see `ObjectChange`."""

    kind: ObjectKind
    name: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    address: str = ""
    site: str = ""
    reason: str = ""


def compared(before: Iterable[Object], after: Iterable[Object]) -> Iterator[ObjectChange]:
    """The objects that differ, by kind and name.

    Two objects are the same if they have the same kind and name, or else the same Terraform address.
    """
    sides = [{(one.kind, one.name): one for one in side} for side in (before, after)]
    pairs: list[tuple[Object | None, Object | None]] = [
        (sides[0].pop(key), sides[1].pop(key)) for key in [key for key in sides[0] if key in sides[1]]
    ]
    by_address = {one.address: key for key, one in sides[1].items() if one.address}
    for key, old in list(sides[0].items()):
        if old.address in by_address:
            pairs.append((sides[0].pop(key), sides[1].pop(by_address[old.address])))
    _pair_uncounted(sides[0], sides[1], pairs, swapped=False)
    _pair_uncounted(sides[1], sides[0], pairs, swapped=True)
    pairs += [(old, None) for old in sides[0].values()] + [(None, new) for new in sides[1].values()]
    found = [change for pair in pairs if (change := _change(*pair)) is not None]
    kinds = list(ObjectKind)
    yield from sorted(found, key=lambda one: (kinds.index(one.kind), one.site, one.name))


def _pair_uncounted(
    certain: dict[tuple[ObjectKind, str], Object],
    other: dict[tuple[ObjectKind, str], Object],
    pairs: list[tuple[Object | None, Object | None]],
    *,
    swapped: bool,
) -> None:
    """Pair objects with the block of unknown number that may make them on the other side."""
    blocks = {block_of(one.address): key for key, one in other.items() if one.reason and one.address}
    used = set()
    for key, one in list(certain.items()):
        if not one.reason and one.address and (block := blocks.get(block_of(one.address))) is not None:
            used.add(block)
            pair = (certain.pop(key), other[block])
            pairs.append((pair[1], pair[0]) if swapped else pair)
    for block in used:
        del other[block]


def _change(old: Object | None, new: Object | None) -> ObjectChange | None:
    reason = next((one.reason for one in (new, old) if one is not None and one.reason), "")
    one = new or old
    assert one is not None
    if old is None or new is None:
        if reason:
            kind = ObjectChangeKind.UNCLEAR
        else:
            kind = ObjectChangeKind.ADDED if old is None else ObjectChangeKind.REMOVED
        return ObjectChange(one.kind, one.name, kind, tuple(_settings(old, new)), one.site, reason)
    settings = tuple(_settings(old, new))
    if old.reason == new.reason and not settings:
        return None
    certain = not reason and any(setting.certain for setting in settings)
    kind = ObjectChangeKind.CHANGED if certain else ObjectChangeKind.UNCLEAR
    return ObjectChange(one.kind, one.name, kind, settings, one.site, reason)


def _settings(old: Object | None, new: Object | None) -> Iterator[SettingChange]:
    before, after = old.settings if old else {}, new.settings if new else {}
    if old is not None and new is not None and _renamed(old, new):
        yield SettingChange("name", Setting((old.name,)), Setting((new.name,)))
    for name in dict.fromkeys((*after, *before)):
        first, second = before.get(name, NOTHING), after.get(name, NOTHING)
        differs = _differs(first, second)
        if differs is not False:
            yield SettingChange(name, first, second, certain=differs is True)


def _renamed(old: Object, new: Object) -> bool:
    """Whether an object has another name. The name of a VPC is that of its spoke, which may be unknown."""
    return old.name != new.name and new.kind is not ObjectKind.VPC and not (old.reason or new.reason)


def _differs(before: Setting, after: Setting) -> bool | None:
    """Whether a setting changes; None if that is unknown."""
    if before == after:
        return False
    first, second = set(before.values), set(after.values)
    if before.assigned != after.assigned:
        if before.unknown or after.unknown:
            return None
        same_number = len(first) + before.assigned == len(second) + after.assigned
        fewer, more = (first, second) if before.assigned > after.assigned else (second, first)
        return not (same_number and fewer <= more)  # the further values are those that AWS has assigned
    if before.unknown == after.unknown:
        if first == second and before.origins != after.origins:
            return None
        return first != second
    certain = (not before.unknown and second - first) or (not after.unknown and first - second)
    return True if certain else None


def _order(value: Any) -> tuple[int, Any]:
    if isinstance(value, IPv4Network | IPv6Network):
        return value.version, (int(value.network_address), value.prefixlen)
    if isinstance(value, IPv4Address | IPv6Address):
        return value.version, (int(value), 0)
    if isinstance(value, int | float):
        return 0, (value, 0)
    return 9, (str(value), 0)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else printable(str(value))

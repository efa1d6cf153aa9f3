"""The changes of a difference that are no flows between locations, as lines for the terminal and Markdown.

Each function takes records of `isthmus.proof.difference`, and gives one line for all records that say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from isthmus.network.answers import Outcome
from isthmus.proof.difference.addresses import ADDRESSES
from isthmus.proof.difference.change import Change
from isthmus.proof.difference.objects import ObjectChange, ObjectChangeKind, ObjectKind, SettingChange
from isthmus.proof.difference.on_premises import ADVERTISED_BY_AWS, ADVERTISED_BY_SITE, STATIC_ROUTES
from isthmus.proof.result.findings import Flow
from isthmus.report.terminal import counted
from isthmus.text.listing import cut, some

__all__ = ["inbound_lines", "object_lines", "on_premises_lines"]

MOST_LINES = 12  # of one kind of change
_MOST_NAMES = 4
_MOST_CAUSES = 2
_MOST_VALUES = 6
_MEANING = {
    ObjectKind.RESOLVER_ENDPOINT: "DNS servers and firewalls of the sites name its addresses",
    ObjectKind.TRANSIT_GATEWAY: "the BGP sessions of every device name its ASN",
    ObjectKind.VPN_GATEWAY: "the BGP sessions of its devices name its ASN",
}


def inbound_lines(changes: Sequence[Change]) -> list[str]:
    """The changes of inbound internet access, locations with the same change together."""
    together: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        together.setdefault((change.kind.value, change.packets, change.why, *_tiers(change)), []).append(change)
    found = []
    for (kind, packets, why, *tiers), same in together.items():
        where = f" ({', '.join(tiers)} subnets)" if tiers else ""
        locations = some([change.destination for change in same], _MOST_NAMES)
        line = f"{kind}: internet -> {locations}{where}" + (f", for {packets}" if packets else "")
        causes = tuple(dict.fromkeys(cause for change in same for cause in change.causes))
        if why:
            line += f"; unknown: {why}"
        elif causes:
            line += f", because of {some(causes, _MOST_CAUSES)}"
        found.append(line)
    return _few(found)


def _tiers(change: Change) -> tuple[str, ...]:
    """The tiers of the location whose outcome changes, if not all do."""
    sides = [flow for flow in (change.before, change.after) if flow is not None]
    every = tuple(dict.fromkeys(tier for flow in sides for tier in flow.tiers))
    if len(sides) < 2:
        flow = sides[0] if sides else None
        return tuple(tier for tier in every if flow is not None and _arrives(flow, tier))
    changed = tuple(tier for tier in every if _arrives(sides[0], tier) != _arrives(sides[1], tier))
    return changed if len(changed) < len(every) else ()


def _arrives(flow: Flow, tier: str) -> bool:
    """Whether packets to the subnets of a tier, and the replies, may be reachable."""
    return Outcome.BLOCKED not in flow.tiers.get(tier, (flow.forward, flow.reply))


def object_lines(changes: Sequence[ObjectChange]) -> list[str]:
    """The changes of objects: those that change, each with its settings; then those that are new or removed."""
    found = []
    for kind in dict.fromkeys(change.kind for change in changes):
        ours = [change for change in changes if change.kind is kind]
        found += _few(_changed([one for one in ours if _stays(one)]))
        for how in (ObjectChangeKind.REMOVED, ObjectChangeKind.ADDED):
            found += _listed([one for one in ours if one.change is how])
    return found


def on_premises_lines(changes: Sequence[ObjectChange]) -> list[str]:
    """What the on-premises side has to change: prefix filters and routes first, by site."""
    connections = (ObjectKind.VPN_CONNECTION, ObjectKind.DX_GATEWAY)
    ours = [change for change in changes if change.kind in connections]
    found: dict[str, dict[str, list[str]]] = {}
    for change in ours:
        for sentence in _sentences(change):
            found.setdefault(change.site, {}).setdefault(sentence, []).append(change.name)
    lines = []
    for site, sentences in found.items():
        where = f"{site} over " if site else ""
        lines += _few([f"{where}{some(names, _MOST_NAMES)}: {sentence}" for sentence, names in sentences.items()])
    return [*lines, *object_lines([change for change in changes if change not in ours])]


def _sentences(change: ObjectChange) -> Iterator[str]:
    """What the change of one connection means for its device."""
    if change.reason:
        yield change.reason
        return
    if change.change is ObjectChangeKind.REMOVED:
        ends = "virtual interfaces" if change.kind is ObjectKind.DX_GATEWAY else "tunnels"
        yield f"the {change.kind} is removed: take its {ends} and its BGP sessions out of the device"
        return
    if change.change is ObjectChangeKind.ADDED:
        yield f"the {change.kind} is new: configure its device by the hand-over sheet"
    for setting in change.settings:
        if setting.setting in _ROUTES:
            yield from _ROUTES[setting.setting](setting)
    if change.change is not ObjectChangeKind.ADDED:
        others = [setting for setting in change.settings if setting.setting not in _ROUTES]
        yield from map(_setting, _both_tunnels(others))


def _from_aws(setting: SettingChange) -> Iterator[str]:
    if setting.added:
        also = "also " if setting.before.values else ""
        yield f"AWS {also}advertises {_values(setting.added)}: the prefix filter has to accept it first"
    if setting.removed:
        yield f"AWS no longer advertises {_values(setting.removed)}"
    yield from _unclear(setting)


def _from_site(setting: SettingChange) -> Iterator[str]:
    if setting.added:
        yield f"the site has to advertise {_values(setting.added)}{' too' if setting.before.values else ''}"
    if setting.removed:
        yield f"the site no longer has to advertise {_values(setting.removed)}"
    yield from _unclear(setting)


def _by_hand(setting: SettingChange) -> Iterator[str]:
    if setting.added:
        yield f"add static routes to {_values(setting.added)} to the device"
    if setting.removed:
        yield f"remove the static routes to {_values(setting.removed)} from the device"
    yield from _unclear(setting)


def _unclear(setting: SettingChange) -> Iterator[str]:
    if not setting.certain or not (setting.added or setting.removed):
        yield f"may change: {_setting(setting)}"


_ROUTES = {ADVERTISED_BY_AWS: _from_aws, ADVERTISED_BY_SITE: _from_site, STATIC_ROUTES: _by_hand}


def _both_tunnels(settings: Sequence[SettingChange]) -> Iterator[SettingChange]:
    """The settings, with one for both tunnels where both change alike."""
    by_name = {setting.setting: setting for setting in settings}
    for setting in settings:
        number, _, option = setting.setting.partition(": ")
        other = by_name.get(f"{'tunnel 2' if number == 'tunnel 1' else 'tunnel 1'}: {option}") if option else None
        if other is None or replace(other, setting=setting.setting) != setting:
            yield setting
        elif number == "tunnel 1":
            yield replace(setting, setting=f"both tunnels: {option}")


def _stays(change: ObjectChange) -> bool:
    return change.change in (ObjectChangeKind.CHANGED, ObjectChangeKind.UNCLEAR)


def _changed(changes: Iterable[ObjectChange]) -> list[str]:
    """Objects that change, those with the same change together."""
    together: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        details = [change.reason] if change.reason else list(map(_setting, change.settings))
        if change.kind in _MEANING:
            details.append(_MEANING[change.kind])
        text = "; ".join(details)
        named = change.kind in (ObjectKind.SITE_NETWORK, ObjectKind.VPC) and text.startswith(f"{ADDRESSES} ")
        line = f" is {text.removeprefix(f'{ADDRESSES} ')}" if named else f": {text}"
        together.setdefault((change.kind.value, line), []).append(change.name)
    return [f"{_kinds(kind, len(names))} {some(names, _MOST_NAMES)}{text}" for (kind, text), names in together.items()]


def _listed(changes: Sequence[ObjectChange]) -> list[str]:
    """Objects that are new or removed, in one line, each with its addresses."""
    if not changes:
        return []
    new = changes[0].change is ObjectChangeKind.ADDED
    names = some([_with_addresses(change, new) for change in changes], _MOST_NAMES)
    number = counted(len(changes), changes[0].kind.value)
    # Terraform may destroy it or leave it behind: the resource changes say which.
    return [f"{number} {'is' if len(changes) == 1 else 'are'} {'new' if new else 'gone'}: {names}"]


def _with_addresses(change: ObjectChange, new: bool) -> str:
    for setting in change.settings:
        side = setting.after if new else setting.before
        if setting.setting in (ADDRESSES, "outside address", "targets") and (side.values or side.unknown):
            return f"{change.name} ({side})"
    return change.name


def _kinds(kind: str, count: int) -> str:
    return kind if count == 1 else f"{kind}s"


def _setting(setting: SettingChange) -> str:
    """A setting before and after; the difference only, where it has many values."""
    if setting.certain and max(len(setting.before.values), len(setting.after.values)) > _MOST_VALUES:
        more = [f"also {_values(setting.added)}"] if setting.added else []
        less = [f"no longer {_values(setting.removed)}"] if setting.removed else []
        return f"{setting.setting} {', '.join([*more, *less])}"
    return str(setting)


def _values(values: Sequence[str]) -> str:
    return some(values, _MOST_VALUES)


def _few(lines: list[str]) -> list[str]:
    first, more = cut(lines, MOST_LINES)
    return [*first, *([f"{more} (--json lists them)"] if more else [])]

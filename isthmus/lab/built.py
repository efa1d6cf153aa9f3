"""A wiring, brought up: its namespaces, links, routes, filters and hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.lab.exchange import Exchange
from isthmus.lab.follow import Seen, followed
from isthmus.lab.namespaces import in_namespace, make_namespaces, run, settings
from isthmus.lab.vpn_daemons import VpnDaemons
from isthmus.lab.wiring import HOSTS

__all__ = ["Built"]


class Built:
    """Everything that a wiring says, in the namespaces of this process."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Bring it up. Raises `NotPossible`."""
        self._names: Sequence[str] = document["namespaces"]
        self._hosts = document["hosts"]
        make_namespaces(document["namespaces"], document["links"])
        ends: dict[str, list[str]] = {name: ["lo"] for name in self._names}
        for one, end, _, other, far, _ in document["links"]:
            ends[one].append(end)
            ends[other].append(far)
        for name, interfaces in ends.items():
            with in_namespace(name):
                settings(forwards=name != HOSTS)
                run("ip", "-batch", "-", text="\n".join(f"link set {end} up" for end in interfaces))
        for name in self._names:
            with in_namespace(name):
                run("ip", "-batch", "-", text="\n".join(document["commands"].get(name, ())))
                if name in document["filters"]:
                    run("nft", "-f", "-", text=document["filters"][name])
        self._exchange = Exchange(HOSTS, self._hosts)
        self._failing = ""
        self.vpn = VpnDaemons()

    def ask(self, questions: Sequence[Sequence[int]]) -> list[int]:
        """How many packets of each exchange arrive (see `isthmus.lab.exchange`)."""
        return self._exchange.ask(questions)

    def follow(self, questions: Sequence[Sequence[int]]) -> list[list[Seen]]:
        """Send the packets of exchanges again, and return every place that those of each one pass."""
        first = self._exchange.next_number
        places: list[list[Seen]] = [[] for _ in questions]
        for seen in followed(self._names, lambda: self._exchange.ask(questions)):
            if first <= seen.number < first + len(places):  # else a late packet of another exchange
                places[seen.number - first].append(seen)
        return places

    def ip(self, commands: Mapping[str, Sequence[str]]) -> None:
        """Run commands of `ip` by namespace."""
        for name, lines in commands.items():
            with in_namespace(name):
                run("ip", "-batch", "-", text="\n".join(lines))

    def filter(self, rulesets: Mapping[str, str]) -> None:
        """Load nftables rulesets by namespace."""
        for name, text in rulesets.items():
            with in_namespace(name):
                run("nft", "-f", "-", text=text)

    def failing(self, what: str | None) -> str:
        """Note the component that is down from now on ("": none). Returns the one before; None only asks."""
        before = self._failing
        self._failing = before if what is None else what
        return before

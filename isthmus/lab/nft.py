"""nftables rulesets as text."""

from __future__ import annotations

from collections.abc import Iterable

FORWARD = "type filter hook forward priority 0; policy accept;"
FORWARD_NOTHING_ELSE = "type filter hook forward priority 0; policy drop;"
BEFORE_ROUTING = "type nat hook prerouting priority -100;"
AFTER_ROUTING = "type nat hook postrouting priority 100;"


def chain(name: str, hook: str, rules: Iterable[str]) -> str:
    """A chain; without a hook, one that others jump to."""
    return "\n".join([f"chain {name} {{", *([hook] if hook else []), *rules, "}"])


def table(*chains: str) -> str:
    """One table, which is all that a router has."""
    return "\n".join(["table ip router {", *chains, "}"])

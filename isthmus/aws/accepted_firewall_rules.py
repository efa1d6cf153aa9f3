"""The rules and rule groups that Network Firewall accepts: for the language and for any Terraform."""

from __future__ import annotations

import re

# https://docs.aws.amazon.com/network-firewall/latest/developerguide/quotas.html
MOST_CAPACITY = 30_000
MOST_GROUPS = 20
SURICATA_RULE = 8_192  # characters
PRIORITIES = range(1, 65_536)

# The actions that AWS accepts, from the guide that `suricata_fault` cites.
_RULE = re.compile(r"(pass|drop|reject|alert)\s+\S+\s+.+\s+(->|<>)\s+.+\(.*\)")
_SID = re.compile(r"[(;]\s*sid\s*:\s*([0-9]+)\s*;")


def sid_of(text: str) -> str | None:
    """The signature ID (sid) of a Suricata rule."""
    found = _SID.search(text)
    return found[1] if found else None


def suricata_fault(text: str) -> str:
    """Why Network Firewall rejects a rule, or "".

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html
    """
    if sid_of(text) is None:
        return "has no sid"
    return "" if _RULE.fullmatch(text.strip()) and "\n" not in text else "is not a Suricata rule"


def capacity_holds(capacity: int, needed: int) -> bool:
    """Whether a capacity is valid and sufficient for the rules of a rule group.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/nwfw-rule-group-capacity.html
    """
    return 1 <= capacity <= MOST_CAPACITY and needed <= capacity

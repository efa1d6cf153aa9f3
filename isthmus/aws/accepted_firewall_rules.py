"""What Network Firewall accepts of rules and rule groups: for the language and for Terraform that was read."""

from __future__ import annotations

import re

# https://docs.aws.amazon.com/network-firewall/latest/developerguide/quotas.html
MOST_CAPACITY = 30_000
MOST_GROUPS = 20
SURICATA_RULE = 8_192  # characters
PRIORITIES = range(1, 65_536)

# Actions, in the guide that `suricata_fault` cites: AWS takes no other.
_RULE = re.compile(r"(pass|drop|reject|alert)\s+\S+\s+.+\s+(->|<>)\s+.+\(.*\)")
_SID = re.compile(r"[(;]\s*sid\s*:\s*([0-9]+)\s*;")


def sid_of(text: str) -> str | None:
    """The signature id of a Suricata rule."""
    found = _SID.search(text)
    return found[1] if found else None


def suricata_fault(text: str) -> str:
    """Why Network Firewall takes no such rule, or "".

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html
    """
    if sid_of(text) is None:
        return "has no sid"
    return "" if _RULE.fullmatch(text.strip()) and "\n" not in text else "is no Suricata rule"


def capacity_holds(capacity: int, needed: int) -> bool:
    """Whether a rule group with that capacity exists, and has room for so many rules.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/nwfw-rule-group-capacity.html
    """
    return 1 <= capacity <= MOST_CAPACITY and needed <= capacity

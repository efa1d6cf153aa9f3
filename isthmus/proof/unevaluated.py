"""What firewalls look for inside packets, before and after: no flow shows it, and a change of it may change any."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.model import Network
from isthmus.network.suricata import Rules


def unevaluated(before: Network, after: Network) -> Iterator[str]:
    """A sentence for each thing that one network's firewalls look for inside packets, and the other's do not."""
    was, now = (dict.fromkeys(_looked_for(network)) for network in (before, after))
    yield from (f"{group}: {what}, from now on" for group, what in now if (group, what) not in was)
    yield from (f"{group}: {what}, no more" for group, what in was if (group, what) not in now)


def _looked_for(network: Network) -> Iterator[tuple[str, str]]:
    """Each rule group, with something that it does about what is inside."""
    for firewall in network.firewalls.values():
        if not isinstance(firewall.rules, Rules):
            continue
        addresses = {rule.address for rule in firewall.rules.rules}
        # Of AWS's own rule groups nothing is known but that they are asked.
        yield from ((name, "it is asked") for name in firewall.rules.unseen if name not in addresses)
        for rule in firewall.rules.rules:
            if rule.names:
                does = "lets pass" if rule.passes else "drops"
                yield from ((rule.address, f"it {does} {name}") for name in rule.names)
            elif rule.inside:
                yield rule.address, f"it has the rule {rule.text}" if rule.text else "it has rules that cannot be read"

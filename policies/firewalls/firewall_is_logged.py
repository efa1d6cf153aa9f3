from __future__ import annotations

from collections.abc import Iterable, Iterator

from isthmus_policy import Block, EstatePolicy, ScannedResources


class FirewallIsLogged(EstatePolicy):
    """Alert logs say what the firewall refused, flow logs what it let pass. Neither is written unless asked for."""

    id = "CKV_ISTHMUS_51"
    rating = "MEDIUM"
    info = "A network firewall writes alert and flow logs"
    source = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_networkfirewall_firewall")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        written = {
            str(destination.get("log_type"))
            for logging in scanned.naming(block, "firewall_arn", "aws_networkfirewall_logging_configuration")
            for outer in logging.blocks("logging_configuration")
            for destination in Block("logging", "", "", "", "", outer).blocks("log_destination_config")
        }
        for kind in ("ALERT", "FLOW"):
            if kind not in written:
                yield f"no logging configuration in its module writes {kind} logs"


check = FirewallIsLogged()

from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class TunnelsAreLogged(ResourcePolicy):
    """Only the tunnel log says why a negotiation failed or which side closed it. `plan` accepts logging without a
    log group, and AWS refuses it.
    """

    id = "CKV_ISTHMUS_23"
    rating = "MEDIUM"
    info = "Both tunnels write logs to a log group"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-logs.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for argument in ("tunnel1_log_options", "tunnel2_log_options"):
            options = [log for outer in block.blocks(argument) for log in _cloudwatch(outer)]
            if not any(log.get("log_enabled") is True for log in options):
                yield f"{argument}: log_enabled is not true"
            elif not any(log.get("log_group_arn") for log in options):
                yield f"{argument} names no log group"


def _cloudwatch(outer: dict[str, object]) -> list[dict[str, object]]:
    inner = outer.get("cloudwatch_log_options")
    return [item for item in (inner if isinstance(inner, list) else [inner]) if isinstance(item, dict)]


check = TunnelsAreLogged()

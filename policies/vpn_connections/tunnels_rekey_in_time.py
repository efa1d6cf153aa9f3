from __future__ import annotations

from collections.abc import Iterator

from isthmus_policy import Block, ResourcePolicy


class TunnelsRekeyInTime(ResourcePolicy):
    """Rekeying starts a margin before the lifetime ends; AWS wants the margin below half of the phase 2 lifetime, and
    phase 2 to end before phase 1. `plan` checks neither.
    """

    id = "CKV_ISTHMUS_26"
    rating = "LOW"
    info = "Rekey margins and lifetimes of both tunnels fit together"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        for n in (1, 2):
            phase1 = block.literal(f"tunnel{n}_phase1_lifetime_seconds", 28_800)
            phase2 = block.literal(f"tunnel{n}_phase2_lifetime_seconds", 3_600)
            margin = block.literal(f"tunnel{n}_rekey_margin_time_seconds", 270)
            if not all(isinstance(seconds, int) for seconds in (phase1, phase2, margin)):
                yield f"tunnel {n} has a lifetime or margin that cannot be read"
            elif margin * 2 > phase2:
                yield f"tunnel {n}: margin {margin} is more than half of the phase 2 lifetime {phase2}"
            elif phase2 >= phase1:
                yield f"tunnel {n}: phase 2 lives {phase2} s, phase 1 only {phase1} s"


check = TunnelsRekeyInTime()

"""The judge of the network engine: one packet, carried by hand from router to router as AWS documents it.

It is slow and obvious on purpose: no ranges, no sets of packets, nothing computed ahead or remembered. At every step
it looks at every route of one table. It shares with the engine only the facts (`model`) and the records of question
and answer (`answers`).

Pages, under https://docs.aws.amazon.com/:

- vpc/latest/userguide/route-tables-priority.html, VPC_Internet_Gateway.html, vpc-nat-gateway.html, nacl-rules.html
- vpc/latest/tgw/how-transit-gateways-work.html, tgw-vpc-attachments.html, tgw-nacls.html
- vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from tests.network.judge.carried import Ending, Header, worst
from tests.network.judge.filters import admits
from tests.network.judge.found import Found, best
from tests.network.judge.site import HERE, OUT
from tests.network.judge.walker import Walker

__all__ = ["HERE", "OUT", "Ending", "Found", "Header", "Walker", "admits", "best", "worst"]

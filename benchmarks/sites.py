"""How long the proof takes of many sites, with all failures: `python -m benchmarks.sites [SITES SPOKES]`.

Prints processor seconds for `isthmus prove` without and with failures, with the target for 50 sites and 200 spokes.
Each site has two customer gateways, each with a VPN connection of two tunnels, and one network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import run
from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Organization,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)
from modules.bindings import use_packaged_node

_ROOT = Path(__file__).parents[1]
SIZE = (50, 200)
TARGET = 10  # seconds


def estate_of(sites: int, spokes: int) -> Estate:
    """A hub in one account, with this many sites and /22 spokes. The first site is the egress path of all spokes."""
    services = Segment("services", allowed_egress={Egress.ON_PREMISES})
    workloads = Segment("workloads", isolated=True, reaches=[services], allowed_egress={Egress.ON_PREMISES})
    made: list[Site] = []
    connections: list[VpnConnection] = []
    for number in range(sites):
        users = f"172.{16 + number // 16}.{number % 16 * 16}.0/20"
        gateways = [
            CustomerGateway(f"dc{number}-{end}", ip_address=f"203.{number}.113.{end}", bgp_asn=65_010 + number)
            for end in (1, 2)
        ]
        connections += [
            VpnConnection(gateway.name, customer_gateway=gateway, number=2 * number + end, segment=services)
            for end, gateway in enumerate(gateways, start=1)
        ]
        advertised = [users] if number else [users, "0.0.0.0/0"]
        made.append(Site(f"dc{number}", networks={"users": users}, advertises=advertised, customer_gateways=gateways))
    members = [
        Spoke(
            f"spoke-{number}",
            cidr=f"10.{number // 64}.{number % 64 * 4}.0/22",
            segment=workloads,
            egress=Egress.ON_PREMISES,
            gateway_endpoints=(),
        )
        for number in range(spokes)
    ]
    kinds = ("vpcs", "vpn-connections", "customer-gateways", "transit-gateway-route-tables")
    return Estate(
        "sites",
        organization=Organization(
            arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
            accounts=[Account("network", id="999900002222")],
        ),
        region="us-east-1",
        blocks=["10.0.0.0/8"],
        zones=["use1-az1", "use1-az2", "use1-az4"],
        quotas={**dict.fromkeys(kinds, 2 * (sites + spokes) + 10), "transit-gateway-routes": 20_000},
        segments=[services, workloads],
        sites=made,
        environments=[
            Environment("network", account="network", hub=Hub("main"), vpn_connections=connections, spokes=members)
        ],
    )


def main(sites: int, spokes: int) -> None:
    """Synthesize, prove, print."""
    use_packaged_node()
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name), Path(name) / "out"
        (folder / "many_sites.py").write_text(
            f"from benchmarks.sites import estate_of\nestate = estate_of({sites}, {spokes})\n"
        )
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {
            "PYTHONPATH": os.pathsep.join([str(folder), str(_ROOT)]),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "ISTHMUS_ESTATE": "many_sites",
            "CDKTF_OUTDIR": str(out),
        }
        subprocess.run([sys.executable, str(_ROOT / "main.py")], env=environment, check=True, capture_output=True)
        prove = [sys.executable, "-m", "isthmus", "prove", str(out)]
        alone = run([*prove, "--no-scenarios"], environment).cpu_s
        print(f"{sites} sites, {spokes} spokes: {alone:.1f} s without failures", flush=True)
        whole = run(prove, environment).cpu_s
        print(f"{whole:.1f} s with failures (target for 50 sites and 200 spokes: {TARGET} s)")


if __name__ == "__main__":
    main(*(map(int, sys.argv[1:3]) if len(sys.argv) > 2 else SIZE))

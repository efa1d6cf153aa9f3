"""How synthesis grows with the estate: 10, 100 and 1,000 spokes of three zones.

    .venv/bin/python -m benchmarks.synth [SPOKES ...]

Warm: with `.pyc` files present. Prints, for each size, seconds and peak memory of everything that ran, and the seconds
a spoke against the smallest size: linear growth keeps that ratio at or below one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from ipaddress import IPv4Network
from pathlib import Path

from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Organization,
    OrganizationalUnit,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)

SIZES = (10, 100, 1_000)
SPOKES_AN_ENVIRONMENT = 10


def estate_of(spokes: int) -> Estate:
    """A hub, a site, and this many /22 spokes, ten in each environment and account, the accounts of one unit."""
    unit = OrganizationalUnit("workloads", arn="arn:aws:organizations::999900001111:ou/o-exampleorg/ou-ab12-workload")
    ranges = IPv4Network("10.0.0.0/8").subnets(new_prefix=22)
    services = Segment("network-services")
    workloads = Segment(
        "workloads", isolated=True, reaches=[services], allowed_egress={Egress.ON_PREMISES}, may_be_attached_by=[unit]
    )
    accounts = [Account(f"workloads-{n}", id=f"{n:012d}") for n in range(spokes // SPOKES_AN_ENVIRONMENT + 1)]
    gateway = CustomerGateway("dc1-01", ip_address="203.0.113.10", bgp_asn=65_010)
    environments = [
        Environment(
            "network",
            account="network",
            hub=Hub("main", share_with=[unit]),
            vpn_connections=[VpnConnection("dc1-01", customer_gateway=gateway, number=1, segment=services)],
        )
    ]
    for number in range(0, spokes, SPOKES_AN_ENVIRONMENT):
        members = [
            Spoke(f"spoke-{n}", cidr=str(next(ranges)), segment=workloads, egress=Egress.ON_PREMISES)
            for n in range(number, min(number + SPOKES_AN_ENVIRONMENT, spokes))
        ]
        account = accounts[number // SPOKES_AN_ENVIRONMENT]
        environments.append(Environment(account.name, account=account, spokes=members))
    return Estate(
        "benchmark",
        organization=Organization(
            arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
            units=[unit],
            accounts=[Account("network", id="999900002222"), *accounts],
        ),
        region="us-east-1",
        blocks=["10.0.0.0/8"],
        zones=["use1-az1", "use1-az2", "use1-az4"],
        quotas={"vpcs": SPOKES_AN_ENVIRONMENT},
        segments=[services, workloads],
        sites=[
            Site(
                "dc1",
                networks={"users": "172.20.0.0/16"},
                advertises=["0.0.0.0/0", "172.20.0.0/16"],
                customer_gateways=[gateway],
            )
        ],
        environments=environments,
    )


def measure(spokes: int, compiled: str) -> tuple[float, float, int]:
    """Seconds, peak megabytes of the whole process tree, and bytes written. `compiled` takes `.pyc` files."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"from benchmarks.synth import estate_of\nestate = estate_of({spokes})\n"
        (Path(folder) / "benchmark_estate.py").write_text(program)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
            "PYTHONPYCACHEPREFIX": compiled,
            "ISTHMUS_ESTATE": "benchmark_estate",
            "CDKTF_OUTDIR": str(Path(folder) / "out"),
            "PYTHONPATH": os.pathsep.join([folder, os.getcwd()]),
        }
        start = time.perf_counter()
        with subprocess.Popen([sys.executable, "main.py"], env=environment) as process:
            peak = Peak(process.pid)
            peak.start()
            code = process.wait()
        seconds = time.perf_counter() - start
        peak.join()
        if code:
            sys.exit(f"main.py failed with exit code {code}")
        written = sum(path.stat().st_size for path in (Path(folder) / "out").rglob("*") if path.is_file())
        return seconds, peak.megabytes, written


class Peak(threading.Thread):
    """Watches the memory of a process and all it starts, until it ends. Reads /proc: Linux only."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.megabytes = pid, 0.0

    def run(self) -> None:
        while Path(f"/proc/{self.pid}").exists() and (used := _tree_megabytes(self.pid)):
            self.megabytes = max(self.megabytes, used)
            time.sleep(0.1)


def _tree_megabytes(pid: int) -> float:
    """Proportional memory of a process and its descendants, so that shared pages count once."""
    total, waiting = 0.0, [pid]
    while waiting:
        current = waiting.pop()
        try:
            rollup = Path(f"/proc/{current}/smaps_rollup").read_text()
            for task in Path(f"/proc/{current}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue  # it ended while we looked
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return total


def main() -> None:
    """Measure and print."""
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    print("spokes   seconds  seconds a spoke  ratio   peak MB  written MB")
    smallest = None
    with tempfile.TemporaryDirectory() as compiled:
        measure(1, compiled)  # fills every cache
        for spokes in sizes:
            seconds, megabytes, written = measure(spokes, compiled)
            each = seconds / spokes
            smallest = smallest or each
            print(
                f"{spokes:6d} {seconds:9.1f} {each:16.3f} {each / smallest:6.2f} "
                f"{megabytes:9.0f} {written / 1e6:11.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

"""Synthesis against an empty cdktf app, against a plain JavaScript program with cdktf, and as the estate grows.

    .venv/bin/python -m benchmarks.synth [--runs RUNS] [SPOKES ...]

Prints processor seconds of all processes of a run, and the peak of their memory: medians of runs that are made in
turns, so that other work on the machine touches all programs alike. Warm: with `.pyc` files present.

The JavaScript program (`peer.js`) creates as many resources of each type as synthesis. It is left out where npm is not
on PATH: npm installs the same versions of cdktf and of the provider package into a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from ipaddress import IPv4Network
from pathlib import Path

from benchmarks.processes import Run, run
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
from modules.bindings import use_packaged_node

_ROOT = Path(__file__).parents[1]
SIZES = (100, 300, 1_000)
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


@contextmanager
def program_of(spokes: int, folder: Path, common: dict[str, str]) -> Iterator[tuple[list[str], dict[str, str], Path]]:
    """The synthesis of the estate with this many spokes: its command, environment and output."""
    name, out = f"benchmark_{spokes}", folder / f"out-{spokes}"
    (folder / f"{name}.py").write_text(f"from benchmarks.synth import estate_of\nestate = estate_of({spokes})\n")
    paths = os.pathsep.join([str(folder), str(_ROOT)])
    yield (
        [sys.executable, str(_ROOT / "main.py")],
        common | {"ISTHMUS_ESTATE": name, "CDKTF_OUTDIR": str(out), "PYTHONPATH": paths},
        out,
    )
    shutil.rmtree(out, ignore_errors=True)


def installed_peer(folder: Path) -> Path | None:
    """The JavaScript program next to its packages. None where npm is not on PATH."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    packages = [
        f"{name}@{version(python)}"
        for name, python in (
            ("cdktf", "cdktf"),
            ("constructs", "constructs"),
            ("@cdktf/provider-aws", "cdktf-cdktf-provider-aws"),
        )
    ]
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", *packages], cwd=folder, check=True)
    return Path(shutil.copy(Path(__file__).with_name("peer.js"), folder))


def resources(out: Path) -> Counter[str]:
    """The number of resources of each type in an output."""
    found: Counter[str] = Counter()
    for path in out.rglob("*.tf.json"):
        for kind, named in json.loads(path.read_text(encoding="utf-8")).get("resource", {}).items():
            found[kind] += len(named)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spokes", nargs="*", type=int, default=SIZES, help="sizes of the generated estate")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program, of which the median counts")
    options = parser.parse_args()
    use_packaged_node()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        common = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        common["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        floor, reference = small_estate(folder, common, options.runs)
        peer = installed_peer(folder)
        print("| spokes | resources | processor s | peak MB | JavaScript: processor s | ratio (target: 1 or less) |")
        print("|---|---|---|---|---|---|", flush=True)
        for spokes in options.spokes:
            print(row(spokes, folder, common, peer, options.runs), flush=True)
    print(
        f"\nAn empty cdktf app takes {floor.cpu_s:.2f} s, the reference estate {reference.cpu_s:.2f} s: "
        f"{reference.cpu_s / floor.cpu_s:.2f} times as long (target: 1.5 or less)."
    )
    print("Targets for 1,000 spokes: 15 s and 300 MB.")
    if peer is None:
        print("npm is not on PATH: the JavaScript program was not run.")


def small_estate(folder: Path, common: dict[str, str], runs: int) -> tuple[Run, Run]:
    """An empty cdktf app, and the reference estate."""
    empty = [sys.executable, str(_ROOT / "benchmarks/floor.py"), str(folder / "floor")]
    reference = [sys.executable, str(_ROOT / "main.py")]
    settings = common | {"PYTHONPATH": str(_ROOT), "CDKTF_OUTDIR": str(folder / "reference")}
    for program in (empty, reference):
        run(program, settings)  # compiles
    made = [(run(empty, settings), run(reference, settings)) for _ in range(runs)]
    return Run.median(one for one, _ in made), Run.median(other for _, other in made)


def row(spokes: int, folder: Path, common: dict[str, str], peer: Path | None, runs: int) -> str:
    """The figures of one size."""
    with program_of(spokes, folder, common) as (command, environment, out):
        made, peers = [], []
        there = folder / f"peer-{spokes}"
        for _ in range(runs):
            shutil.rmtree(out, ignore_errors=True)
            made.append(run(command, environment))
            if peer is not None:
                shutil.rmtree(there, ignore_errors=True)
                node = [os.environ["JSII_NODE"], str(peer), str(spokes), str(there)]
                peers.append(run(node, common | {"CHECKPOINT_DISABLE": "1", "NODE_NO_WARNINGS": "1"}))
        counted = resources(out)
        ours = Run.median(made)
        line = f"| {spokes:,} | {counted.total():,} | {ours.cpu_s:.1f} | {ours.peak_mb:.0f} |"
        if not peers:
            return f"{line} | |"
        if counted != resources(there):
            sys.exit(f"peer.js creates other resources: {counted - resources(there)} {resources(there) - counted}")
        shutil.rmtree(there)
        other = Run.median(peers)
        return f"{line} {other.cpu_s:.1f} | {ours.cpu_s / other.cpu_s:.2f} |"


if __name__ == "__main__":
    main()

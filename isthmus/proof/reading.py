"""Reads networks from paths: Terraform, the intent next to it, and what the user states about sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

from isthmus.files.manifest import INTENT, drift_of, output_of
from isthmus.intent import Estate
from isthmus.network.client_ports import EPHEMERAL
from isthmus.network.from_terraform import network_of
from isthmus.network.model import Cidr, Network
from isthmus.proof.analysis import Analysis
from isthmus.proof.errors import NoSuchLocation, ProofError, UnusableInput
from isthmus.proof.intent_file import read_intent
from isthmus.terraform import Graph, Input, graph_of, sources
from isthmus.text.printable import printable


def read(
    *paths: str | Path,
    intent: str | Path | None = None,
    advertises: Iterable[str] = (),
    sites: Iterable[str] = (),
    client_ports: tuple[int, int] | None = None,
    appliances: str | None = None,
) -> Analysis:
    """Read one network from folders of synthesized root modules, plans or states.

        >>> network = proof.read("cdktf.out")
        >>> network = proof.read("hub.tfplan.json", "prod.tfplan.json", advertises=["vpn-dc1=10.0.0.0/8"])

    - `paths`: folders with Terraform JSON, or outputs of `terraform show -json`.
    - `intent`: the `intent.json` to prove against. None: the one in a given folder, if there is one.
    - `advertises`: `CONNECTION=CIDR,...`: the prefixes that a site advertises over a VPN connection or Direct Connect
      gateway, by its name or address. They replace those of the intent.
    - `sites`: `NAME=CONNECTION,...`: the connections of a site. Only without an intent.
    - `client_ports`: the first and the last source port of clients. None: 1024 to 65535.
    - `appliances`: `forward` or `unknown`: what appliances behind Gateway Load Balancers do. None: forward.

    Raises `UnreadableTerraform`, `UnknownSchema` (an intent that this release cannot read), `ProofError`, `OSError`.
    """
    found = sources(*paths)
    made = subject(
        graph_of(found),
        _estate(paths, intent),
        _roots(found),
        advertises,
        sites,
        client_ports=client_ports,
        appliances=appliances,
    )
    return replace(made, drift=_drift(paths))


def compared(path: str | Path) -> bool:
    """Whether drift of a path is detected: it is a folder that is an output, or is inside of one."""
    return Path(path).is_dir() and output_of(Path(path)) is not None


def read_change(
    path: str | Path,
    *,
    others: Iterable[str | Path] = (),
    intent: str | Path | None = None,
    advertises: Iterable[str] = (),
    sites: Iterable[str] = (),
    client_ports: tuple[int, int] | None = None,
    appliances: str | None = None,
) -> tuple[Analysis, Analysis]:
    """Read the network before and after a plan.

        >>> before, after = proof.read_change("prod.tfplan.json", others=["hub.tfstate.json"])
        >>> proof.compare(before, after).changes
        ()

    - `path`: the output of `terraform show -json` for a plan.
    - `others`: plans or states of the other root modules of the same network. Plans have a before and an after too.

    The other parameters are those of `read`. Raises as `read` does, and `UnusableInput` if `path` is no plan.
    """
    paths = (path, *others)
    found = sources(*paths)
    if not found[0].has_before:
        raise UnusableInput(f"{path} is no plan, and only a plan holds the network before and after: give two inputs")
    estate, roots, prefixes, connections = _estate(paths, intent), _roots(found), list(advertises), list(sites)
    made = (graph_of(found, when="before"), graph_of(found, when="after"))
    before, after = (
        subject(
            graph,
            estate,
            roots,
            prefixes,
            connections,
            empty_is_fine=True,
            client_ports=client_ports,
            appliances=appliances,
        )
        for graph in made
    )
    return before, after


def subject(
    graph: Graph,
    estate: Estate | None = None,
    roots: Iterable[str] = (),
    advertises: Iterable[str] = (),
    sites: Iterable[str] = (),
    *,
    empty_is_fine: bool = False,
    client_ports: tuple[int, int] | None = None,
    appliances: str | None = None,
) -> Analysis:
    """The network of a resource graph. The parameters are those of `read`. Raises `ProofError`.

    `empty_is_fine`: ignore `advertises` and `sites` if the network has no connections.
    """
    network = network_of(graph)
    advertises, sites = list(advertises), list(sites)
    if sites and estate is not None:
        raise ProofError(f"--site {sites[0]}: the intent states the connections of each site, so leave out --site")
    nothing = empty_is_fine and not network.vpns and not network.dx_gateways
    known, of_sites = ({}, {}) if nothing else (given_prefixes(advertises, network), given_sites(sites, network))
    ports, forward = client_ports or EPHEMERAL, _forward(appliances)
    root = frozenset(roots)
    return Analysis(
        network, estate, known, of_sites, root, graph.notes, graph=graph, client_ports=ports, appliances_forward=forward
    )


def _forward(appliances: str | None) -> bool:
    if appliances not in (None, "forward", "unknown"):
        raise ProofError(f"expected appliances forward or unknown, got {appliances!r}")
    return appliances != "unknown"


def given_prefixes(advertises: Sequence[str], network: Network) -> Mapping[str, tuple[Cidr, ...]]:
    """`CONNECTION=CIDR,...` as prefixes by address of the connection. Raises `ProofError`."""
    found: dict[str, tuple[Cidr, ...]] = {}
    for given in advertises:
        # A Terraform address may hold "=" inside an index, a prefix never does.
        name, equals, listed = given.rpartition("=")
        if not equals:
            raise ProofError(f"expected --advertises CONNECTION=CIDR,..., got {given!r}")
        prefixes = tuple(_prefix(text.strip(), given) for text in listed.split(",") if text.strip())
        found[_connection(name, network)] = prefixes
    return found


def _drift(paths: Iterable[str | Path]) -> tuple[str, ...]:
    """The files that differ from what was synthesized, in every output of the paths."""
    outputs = dict.fromkeys(output_of(Path(path)) for path in paths)
    found = (drift_of(output) for output in outputs if output is not None)
    return tuple(printable(line) for drift in found if drift is not None for line in drift.lines)


def given_sites(sites: Sequence[str], network: Network) -> Mapping[str, tuple[str, ...]]:
    """`NAME=CONNECTION,...` as addresses of connections by name of the site. Raises `ProofError`."""
    found: dict[str, tuple[str, ...]] = {}
    for given in sites:
        name, equals, listed = given.partition("=")
        connections = [text.strip() for text in listed.split(",") if text.strip()]
        if not equals or not name.strip() or not connections:
            raise ProofError(f"expected --site NAME=CONNECTION,..., got {given!r}")
        if name in found:
            raise ProofError(f"--site {given!r}: site {name} is given twice; give all its connections at once")
        found[name] = tuple(dict.fromkeys(_connection(text, network) for text in connections))
    every = [connection for connections in found.values() for connection in connections]
    twice = next((connection for connection in every if every.count(connection) > 1), None)
    if twice is not None:
        raise ProofError(f"--site: {twice} is in two sites; a connection belongs to one site")
    return found


def _connection(name: str, network: Network) -> str:
    """The address of the VPN connection or Direct Connect gateway of a name. Raises `ProofError`."""
    every = {vpn.address: vpn.name for vpn in network.vpns.values()}
    every |= {dx.address: dx.name for dx in network.dx_gateways.values()}
    named = [address for address, known in every.items() if name in (address, known)]
    if not named:
        raise NoSuchLocation(name, [known or address for address, known in every.items()])
    if len(named) > 1:
        raise ProofError(f"several connections are named {name!r}: give the address, of {', '.join(named)}")
    return named[0]


def _prefix(text: str, given: str) -> Cidr:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ProofError(
            f"expected prefixes such as 172.20.0.0/16, got {text!r} in --advertises {given!r}: {error}"
        ) from None


def _estate(paths: Iterable[str | Path], intent: str | Path | None) -> Estate | None:
    if intent is not None:
        return read_intent(Path(intent))
    intents = [found for path in paths if (found := Path(path) / INTENT).is_file()]
    if len(intents) > 1:
        raise ProofError(f"several intents: {', '.join(map(str, intents))}; choose one with --intent")
    return read_intent(intents[0]) if intents else None


def _roots(found: Iterable[Input]) -> frozenset[str]:
    """The names of the root modules. A root module that was read alone has the name of its folder."""
    return frozenset(source.root or source.path.resolve().name for source in found)

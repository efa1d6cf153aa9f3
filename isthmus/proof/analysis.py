"""A network that was read, and the questions that you can ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from isthmus.intent import Estate
from isthmus.network.answers import Internet, Packet
from isthmus.network.packet_classes import of_one
from isthmus.network.packets import Packets
from isthmus.proof.errors import UnusableInput
from isthmus.proof.pairs.locations import Locations
from isthmus.proof.pairs.matrix import AllPairs
from isthmus.proof.prover import ProofInput, Prover
from isthmus.proof.result.failures import FailureResult
from isthmus.proof.result.findings import UnknownResult
from isthmus.proof.result.proof import Flows, Proof
from isthmus.proof.trace.flow import FlowTrace, trace
from isthmus.proof.trace.name import NameTrace, trace_name


@dataclass(frozen=True)
class Analysis(ProofInput):
    """A network that was read from Terraform, ready to be proved and traced. `isthmus.proof.read` returns it.

    - `network`: the network.
    - `estate`: the intent, or None.
    - `advertises`: prefixes that sites advertise, by address of the connection. They replace those of the intent.
    - `sites`: without an intent, the connections of each site, by name of the site.
    - `roots`: the names of the root modules that were read.
    - `notes`: notes of the reader.
    - `separately`: evaluate every pair on its own, also pairs of equivalent spokes. Results are the same; it is slower.
    - `drift`: files of the output that differ from what was synthesized, one line each.
    - `graph`: the resources that the network was read from.
    - `client_ports`: the first and the last source port of clients.
    - `appliances_forward`: appliances behind Gateway Load Balancers forward every packet; else it is unknown.

    The same object answers many questions. It analyzes the routes once, and keeps each proof.
    """

    def prove(self, *, scenarios: bool = True) -> Proof:
        """Compare the network with its intent. Without an intent, check the rules that hold for every network.

            >>> answer = proof.read("cdktf.out").prove()
            >>> print(answer.verdict)
            proved

        `scenarios`: simulate failures of tunnels, VPN connections, customer gateways, NAT gateways and zones too. This
        takes most of the time of a proof. Without an intent failures are not simulated.

        Raises `UnusableInput` if the input holds no network.
        """
        self._check()
        return self._prover.prove(scenarios)

    def against(self, estate: Estate, *, scenarios: bool = True) -> Proof:
        """Compare the network with an intent. Raises `UnusableInput` if the input holds no network."""
        self._check()
        return (self._prover if estate is self.estate else Prover(self, estate)).prove(scenarios)

    def on_its_own(self) -> Proof:
        """Check the rules that hold for every network, and ignore the intent.

        These are, for example: no hairpin, no firewall that sees only one direction, no route without a target, no
        overlapping prefixes. Raises `UnusableInput` if the input holds no network.
        """
        self._check()
        return (self._prover if self.estate is None else Prover(self, None)).prove(scenarios=False)

    def trace(
        self,
        source: str,
        destination: str,
        *,
        protocol: str | None = None,
        port: int | None = None,
        packets: Packets | None = None,
    ) -> FlowTrace:
        """Follow packets hop by hop, and the replies to them.

            >>> network = proof.read("cdktf.out")
            >>> network.trace("dev", "dc1/users", port=443).outcome
            <Outcome.REACHABLE: 'reachable'>

        - `source`, `destination`: the name of a spoke, `site/network`, a site, `internet` or an AWS service; the
          address of a subnet or an interface endpoint; or an IP address. A spoke stands for its workload subnets.
        - `protocol`: a name or number, default `tcp`. `port`: default 443.
        - `packets`: a set of packets, in place of `protocol` and `port`.

        Without all three it evaluates all packets, and shows those that decide the result: the packets that the intent
        asks for, else the packets with the best outcome.

        Raises `NoSuchLocation` for an unknown name, and `ProofError` for an ambiguous one.
        """
        if protocol is not None or port is not None:
            anywhere = Internet()  # the class of a packet does not depend on its ends
            packets = of_one(Packet(anywhere, anywhere, protocol or "tcp", 443 if port is None else port))
        return trace(self.pairs, source, destination, packets)

    def trace_name(self, source: str, name: str) -> NameTrace:
        """Find out what answers a DNS name for a spoke, a subnet, a host or a site, and why.

        The result includes the paths of the queries to other DNS servers. Raises `NoSuchLocation` for an unknown
        source, and `ProofError` for a source that cannot send DNS queries.
        """
        return trace_name(self.pairs, source, name)

    @property
    def flows(self) -> Flows:
        """The flows of all pairs of locations."""
        return self._prover.flows

    @property
    def unknown_results(self) -> tuple[UnknownResult, ...]:
        """Resources that are not evaluated, and flows with an unknown outcome, grouped by reason."""
        return tuple(self._prover.unknown_results())

    @property
    def failures(self) -> tuple[FailureResult, ...] | None:
        """The result of every failure scenario; None without an intent, since nothing says which flows must survive."""
        return self._prover.failures

    @property
    def pairs(self) -> AllPairs:
        """The results of all pairs of locations, as the checks use them."""
        return self._prover.pairs

    @property
    def locations(self) -> Locations:
        """All locations, and the sites. Raises `UnusableInput` if the input holds no network."""
        self._check()
        return self._prover.locations

    @cached_property
    def _prover(self) -> Prover:
        return Prover(self, self.estate)

    def _check(self) -> None:
        if not self.network.vpcs and not self.network.transit_gateways and not self.uncounted:
            raise UnusableInput(
                "there is no network in this input: no VPC and no transit gateway. "
                "Give a folder of synthesized root modules (cdktf.out), or the output of `terraform show -json`"
            )

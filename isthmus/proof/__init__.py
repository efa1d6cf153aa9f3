"""Proves which traffic a network lets through: compares it with its intent, traces flows, and compares two versions.

    from isthmus import proof

    network = proof.read("cdktf.out")                      # finds the intent in the folder
    answer = network.prove()                               # or .against(estate), or .on_its_own()
    answer.verdict, answer.violations                      # proved, violated or unknown; and why
    answer.flows["dev", "dc1/users"].path                  # the hops of the forward path
    print(network.trace("dev", "dc1/users", port=443))
    proof.compare(proof.read("before"), network).changes   # flows gained, lost, re-routed, unclear

The errors are in `isthmus.proof.errors`; their base class is `ProofError`.
"""

from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.change import Change
from isthmus.proof.difference.flows import Difference, compare
from isthmus.proof.errors import NoSuchLocation, NoSuchName, ProofError, UnusableInput
from isthmus.proof.reading import compared, read, read_change, subject
from isthmus.proof.result.findings import Flow, Outcome, UnknownResult, Verdict, Violation
from isthmus.proof.result.proof import Flows, Proof
from isthmus.proof.result.rule import ProofRule
from isthmus.proof.result.rules import CATALOGUE, rule
from isthmus.proof.trace.flow import FlowTrace

__all__ = [
    "CATALOGUE",
    "Analysis",
    "Change",
    "Difference",
    "Flow",
    "FlowTrace",
    "Flows",
    "NoSuchLocation",
    "NoSuchName",
    "Outcome",
    "Proof",
    "ProofError",
    "ProofRule",
    "UnknownResult",
    "UnusableInput",
    "Verdict",
    "Violation",
    "compare",
    "compared",
    "read",
    "read_change",
    "rule",
    "subject",
]

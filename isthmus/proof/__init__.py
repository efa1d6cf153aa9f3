"""The proof: who reaches whom, both ways, by which path; against the intent; between two versions.

    from isthmus import proof

    network = proof.read("cdktf.out")                      # the intent beside it is found
    answer = network.prove()                               # or .against(estate), or .on_its_own()
    answer.verdict, answer.violations                      # proved, violated or unknown; and why
    answer.flows["dev", "dc1/users"].path
    print(network.trace("dev", "dc1/users", port=443))
    proof.compare(proof.read("before"), network).changes   # flows gained, lost, re-routed, unclear

Errors: `isthmus.proof.errors`.
"""

from isthmus.proof.difference import Change, Difference, compare
from isthmus.proof.errors import NoSuchPlace, NoSuchThing, ProofError, UnusableInput
from isthmus.proof.findings import Flow, Outcome, Unanswered, Verdict, Violation
from isthmus.proof.proved import Flows, Proof
from isthmus.proof.reading import compared, read, read_change, subject
from isthmus.proof.rule_text import Rule
from isthmus.proof.rules import CATALOGUE, rule
from isthmus.proof.subject import Subject
from isthmus.proof.tracing import Traced

__all__ = [
    "CATALOGUE",
    "Change",
    "Difference",
    "Flow",
    "Flows",
    "NoSuchPlace",
    "NoSuchThing",
    "Outcome",
    "Proof",
    "ProofError",
    "Rule",
    "Subject",
    "Traced",
    "Unanswered",
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

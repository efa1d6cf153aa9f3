"""The intent that an output was made from, read from its file: whole, and by the rules of the language."""

from __future__ import annotations

from pathlib import Path

from isthmus.intent import Estate, UnknownSchema
from isthmus.intent.checks import problems
from isthmus.intent.intent_file import from_document
from isthmus.terraform.documents import contents, load
from isthmus.text.printable import printable, shown

_SHOWN = 5
_LONGEST_LINE = 500
LARGEST = 64 * 1024 * 1024  # bytes; 1,000 spokes take one hundredth of that

# Rules without which the parts of an estate cannot be read: that names, prefixes and addresses are such.
_FORM = frozenset(
    {
        "allowed-connection-invalid-ports",
        "allowed-connection-unknown-location",
        "cidr-not-canonical",
        "dns-server-outside-site",
        "duplicate-name",
        "invalid-account-id",
        "invalid-cidr",
        "invalid-customer-gateway-address",
        "invalid-device-name",
        "invalid-domain",
        "invalid-forward-target",
        "invalid-inside-cidr",
        "invalid-name",
        "invalid-tag",
        "invalid-vpn-number",
        "unidentified-customer-gateway",
        "unknown-reference",
    }
)


def read_intent(path: Path) -> Estate:
    """The estate of an `intent.json`.

    Synthesis writes checked estates only, so what breaks a rule about the form of values was written by another hand.
    Other rules are not asked: of an output that an earlier release wrote, a later one may think otherwise. Raises
    `UnknownSchema`, which says what is wrong and where, and `UnreadableTerraform` for what is no such file.
    """
    load(path, largest=LARGEST)  # of no more levels than any document, and JSON at all
    try:
        estate = from_document(contents(path, LARGEST), str(path))
    except UnknownSchema as error:
        raise UnknownSchema(_legible(str(error))) from None
    if found := [problem for problem in problems(estate) if problem.rule in _FORM]:
        lines = [f"  {problem}" for problem in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"  and {len(found) - _SHOWN} more")
        raise UnknownSchema(_legible("\n".join([f"{path} is damaged: no estate may be so. Synthesize again.", *lines])))
    return estate


def _legible(text: str) -> str:
    """A text that quotes the file, with the end of each overlong line cut."""
    return shown("\n".join(printable(line, _LONGEST_LINE) for line in text.split("\n")))

"""Reads the intent of an output from its `intent.json`, and checks its form."""

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

# Rules about the form of names, prefixes and addresses. Without them an estate cannot be evaluated.
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

    Synthesis writes only checked estates, so that a value of invalid form means an edited file. The other rules of the
    language are not checked, because they may differ from those of the release that wrote the output.

    Raises `UnknownSchema`, with what is wrong and where, and `UnreadableTerraform` if the file is not JSON.
    """
    load(path, largest=LARGEST)  # checks that it is JSON, and not nested too deeply
    try:
        estate = from_document(contents(path, LARGEST), str(path))
    except UnknownSchema as error:
        raise UnknownSchema(_legible(str(error))) from None
    if found := [problem for problem in problems(estate) if problem.rule in _FORM]:
        lines = [f"  {problem}" for problem in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"  and {len(found) - _SHOWN} more")
        raise UnknownSchema(
            _legible("\n".join([f"{path} was edited or is damaged: it is no valid estate. Synthesize again.", *lines]))
        )
    return estate


def _legible(text: str) -> str:
    """A text that quotes the file, with long lines cut."""
    return shown("\n".join(printable(line, _LONGEST_LINE) for line in text.split("\n")))

"""The intent that an output was made from, read from its file: whole, and by the rules of the language."""

from __future__ import annotations

from pathlib import Path

from isthmus.intent import Estate, UnknownSchema
from isthmus.intent.checks import problems
from isthmus.intent.document import from_document
from isthmus.printable import shown
from isthmus.terraform.documents import contents, load

_SHOWN = 5
LARGEST = 64 * 1024 * 1024  # bytes; 1,000 spokes take one hundredth of that


def read_intent(path: Path) -> Estate:
    """The estate of an `intent.json`.

    Synthesis writes checked estates only, so what breaks a rule of the language was written by another hand. Raises
    `UnknownSchema`, which says what is wrong and where, and `UnreadableTerraform` for what is no such file.
    """
    load(path, largest=LARGEST)  # of no more levels than any document, and JSON at all
    try:
        estate = from_document(contents(path, LARGEST), str(path))
    except UnknownSchema as error:
        raise UnknownSchema(shown(str(error))) from None
    if found := problems(estate):
        lines = [f"  {problem}" for problem in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"  and {len(found) - _SHOWN} more")
        raise UnknownSchema(shown("\n".join([f"{path} is damaged: no estate may be so. Synthesize again.", *lines])))
    return estate

"""Inputs in which every text is hostile, and what must not come out of any command."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.policies.plans import plan_of
from tests.proof.estates import output

STAGE = "stage_4_central_egress"
ROOTS = ("network", "egress", "dev")

# One character or construct that something obeys for each: a terminal, a CI server, Markdown, Mermaid, XML.
PARTS = (
    "\x1b[2J\x1b[1;1H",
    "\x1b]8;;http://evil.example\x07here\x1b]8;;\x07",
    "\x9b31m",
    "\x00",
    "\x08",
    "\r",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u3164",
    "\u2028",
    "\ud800",
    "\n::error file=x::injected\n",
    "\n   ::stop-commands::zz\n",
    "\nPROVED: injected\n",
    "##vso[task.complete result=Succeeded;]",
    "##[error]injected",
    "@octocat",
    "#1",
    "http://evil.example",
    "www.evil.example",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=y>",
    "&#8238;",
    "|",
    "`",
    "```",
    "$a$",
    '"]:::x',
    "]]>",
    "${1}",
    "%{x}",
)
ALL = "x".join(PARTS)
_LINE_COMMAND = re.compile(r"^\s*::[A-Za-z].*::", re.MULTILINE)
_ANYWHERE = re.compile(r"##[\w.-]*\[")


def changed(document: Any, change: Callable[[str, tuple[str, ...]], str], path: tuple[str, ...] = ()) -> Any:
    """The document with each text changed, given with the keys that lead to it (a list's places are left out)."""
    if isinstance(document, str):
        return change(document, path)
    if isinstance(document, list):
        return [changed(item, change, path) for item in document]
    if isinstance(document, dict):
        return {key: changed(item, change, (*path, key)) for key, item in document.items()}
    return document


@cache
def plans() -> Mapping[str, str]:
    """The plans of some roots of an estate with a firewall, VPN connections and DNS, as JSON text."""
    files = output(STAGE)
    found = {}
    for root in ROOTS:
        prefix = f"stacks/{root}/"
        own = {path.removeprefix(prefix): json.loads(text) for path, text in files.items() if path.startswith(prefix)}
        found[root] = json.dumps(plan_of({name: one for name, one in own.items() if name.endswith(".tf.json")}))
    return found


def plan_with(change: Callable[[str, tuple[str, ...]], str]) -> dict[str, Any]:
    """The plans of some roots, changed."""
    return {root: changed(json.loads(text), change) for root, text in plans().items()}


def folder_with(change: Callable[[str, tuple[str, ...]], str]) -> dict[str, Any]:
    """A whole output, its Terraform changed."""
    files: dict[str, Any] = {}
    for path, text in output(STAGE).items():
        document = json.loads(text)
        files[path] = changed(document, change) if path.endswith(".tf.json") else document
    return files


def write(files: Mapping[str, Any], folder: Path) -> Path:
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    return folder


def faults(text: str, *, breaks: bool = False) -> list[str]:
    """What a text holds that a terminal or a CI server obeys, or that is invisible."""
    allowed = {"\n", "\u200b"} if breaks else {"\n"}
    found = [
        f"U+{ord(character):04X} in {text[max(0, at - 30) : at + 10]!r}"
        for at, character in enumerate(text)
        if character not in allowed
        and (unicodedata.category(character)[0] == "C" or character in "\u2028\u2029\u3164\u2800")
    ]
    found += [f"a command: {text[at.start() : at.start() + 60]!r}" for at in _LINE_COMMAND.finditer(text)]
    found += [f"a command: {text[at.start() : at.start() + 60]!r}" for at in _ANYWHERE.finditer(text)]
    found += [f"a line: {line!r}" for line in text.splitlines() if line.startswith("PROVED: injected")]
    return found[:5]

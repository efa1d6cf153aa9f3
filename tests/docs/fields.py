"""docs/reference/fields.md: every type of the language with its fields, from the docstrings.

`python -m tests.docs.fields` writes it again.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import EnumMeta

from isthmus import intent
from isthmus.intent.python_source import written
from tests.docs.readme import PROJECT

DOCUMENT = PROJECT / "docs/reference/fields.md"
# In the order in which you write an estate. An enumeration follows the type that uses it.
TYPES: dict[str, tuple[str, ...]] = {
    "The estate": ("Estate", "Organization", "Account", "OrganizationalUnit", "Environment"),
    "Segments and spokes": ("Segment", "AllowedConnection", "Spoke", "PublishedService", "Egress"),
    "Hub, sites and VPN connections": ("Hub", "Site", "CustomerGateway", "VpnConnection", "Routing", "Tunnel"),
    "Direct Connect": ("DirectConnectGateway", "TransitVirtualInterface", "MacSec"),
    "Central egress": ("EgressVpc", "Inspection", "FirewallPolicy", "DomainList", "RuleGroup", "DefaultAction"),
    "DNS and endpoints": (
        "HybridDns",
        "ForwardRule",
        "PrivateZone",
        "SharedBy",
        "DnsFirewall",
        "CentralEndpoints",
        "EndpointService",
    ),
    "Alarms": ("Observability",),
    "State": ("LocalBackend", "S3Backend", "HcpTerraform"),
}
HEAD = """# Fields

All types of `isthmus.intent`, with their fields. [The language](language.md) lists the rules that check them. This page
is generated from the docstrings, which your editor also shows.

Related pages: [addresses](../explanation/addressing.md), [egress](../explanation/egress.md),
[DNS and endpoints](../explanation/dns.md),
[resilience](../explanation/resilience.md), [state](../how-to/state.md).
"""
_MEANING = re.compile(r"^(\w+(?:, \w+)*) {2,}(\S.*)$")
_WORDS = {
    "str": "text",
    "int": "number",
    "float": "number",
    "bool": "True or False",
    "Texts": "dict of texts",
    "Numbers": "dict of numbers",
    "Principal": "OrganizationalUnit, Account or a name",
    "Backend": "LocalBackend, S3Backend or HcpTerraform",
}


def page() -> str:
    parts = [HEAD]
    for title, names in TYPES.items():
        parts.append(f"\n## {title}\n")
        parts += (_section(name) for name in names)
    return "".join(parts)


def meanings(cls: type) -> tuple[str, dict[str, str]]:
    """The description of a type and of each field, from its docstring. `name` means the same for every type."""
    text: list[str] = []
    found: dict[str, str] = {"name": "unique among its kind"}
    last: tuple[str, ...] = ()
    for line in inspect.cleandoc(cls.__doc__ or "").splitlines():
        if match := _MEANING.match(line):
            last = tuple(match[1].split(", "))
            found |= dict.fromkeys(last, match[2])
        elif last and line.startswith("  "):
            found |= {name: f"{found[name]} {line.strip()}" for name in last}
        elif line:
            text.append(line)
        elif text and text[-1]:
            text.append("")
    return "\n".join(text).strip(), found


def _section(name: str) -> str:
    cls: type = getattr(intent, name)
    text, found = meanings(cls)
    rows = list(_members(cls, found) if isinstance(cls, EnumMeta) else _fields(cls, found))
    return f"\n### {name}\n\n{text}\n" + "".join(f"{row}\n" for row in ("", *rows) if rows)


def _members(cls: EnumMeta, found: dict[str, str]) -> Iterator[str]:
    yield "| choice | meaning |"
    yield "|---|---|"
    for name in cls.__members__:
        yield f"| `{cls.__name__}.{name}` | {_cell(found.get(name, ''))} |"


def _fields(cls: type, found: dict[str, str]) -> Iterator[str]:
    assert is_dataclass(cls)
    rows = [field for field in fields(cls) if field.name != "kind"]
    if rows:
        yield "| field | type | default | meaning |"
        yield "|---|---|---|---|"
    for field in rows:
        bare = "" if field.kw_only else "; positional"
        meaning = _cell(found.get(field.name, "") + bare)
        yield f"| `{field.name}` | {kind(str(field.type))} | {_default(field)} | {meaning} |"


def kind(annotation: str) -> str:
    """An annotation as words."""
    annotation = annotation.removesuffix(" | None")
    if match := re.fullmatch(r"(Many|Several)\[(.*)\]", annotation):
        several = kind(match[2])
        plural = "s" if several in ("text", "number") else ""
        return f"{'list' if match[1] == 'Many' else 'set'} of {several}{plural}"
    if match := re.fullmatch(r"Annotated\[(\w+) \| str, by_name\]|(\w+)Ref", annotation):
        return f"{_linked(match[1] or match[2])} or its name"
    if match := re.fullmatch(r"tuple\[(\w+), \1\]", annotation):
        return f"pair of {kind(match[1])}s"
    return _linked(_WORDS.get(annotation, annotation))


def _linked(words: str) -> str:
    known = {name for names in TYPES.values() for name in names}
    return re.sub(r"\w+", lambda word: f"[{word[0]}](#{word[0].lower()})" if word[0] in known else word[0], words)


def _default(field: Field[object]) -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return "required"
    value = field.default if field.default_factory is MISSING else field.default_factory()
    pair = str(field.type).startswith("tuple")
    value = list(value) if isinstance(value, tuple) and not pair else value
    return "" if value is None or value in ([], {}) else f"`{written(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(page())

"""What the devices of a site translate, as Markdown for hand-over sheets."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import Site
from isthmus.report.markdown import escape, table

__all__ = ["translation_lines"]


def translation_lines(site: Site) -> Iterator[str]:
    """The section on the translation of addresses; nothing for a site that translates nothing."""
    if not site.translations:
        return
    yield "## Address translation"
    yield ""
    yield "These networks have a range that is in use elsewhere. The device translates their addresses 1:1, in both"
    yield "directions, for packets through the tunnels and virtual interfaces only. Host bits stay the same."
    yield ""
    head = ("Network", "Range on the premises", "Range that AWS knows")
    yield table(head, [tuple(map(escape, (name, own, known))) for name, (known, own) in site.translations.items()])
    yield ""
    yield "- To AWS: translate the source from the range on the premises to the range that AWS knows."
    yield "- From AWS: translate the destination back. Drop packets to the range on the premises itself."
    yield "- The device needs no route to the range that AWS knows, except to advertise it: use a discard route."
    yield "- DNS answers contain the addresses on the premises, and AWS cannot use them. Answer queries from AWS with"
    yield "  the addresses that AWS knows, such as with a view of the DNS server."
    yield ""

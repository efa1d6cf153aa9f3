"""A review for the terminal: the first line, what a reviewer must see, and the titles of the rest."""

from __future__ import annotations

from rich.console import Console

from isthmus.report.review_head import review_facts, review_verdict
from isthmus.report.review_sections import ReviewSection, review_sections
from isthmus.report.terminal import bullets, line, wrapped
from isthmus.review.record import Review
from isthmus.text.listing import cut

__all__ = ["print_review"]

_MOST = 6


def print_review(review: Review, out: Console) -> None:
    """Print the short version."""
    line(out, f"{review_verdict(review).upper()}.", "red" if review.objects else "green")
    wrapped(out, f"{', '.join(review_facts(review))}.", "", "")
    others = []
    for section in review_sections(review):
        if section.brief:
            _print(section, out)
        else:
            others.append(section)
    if others:
        line(out, "")
        wrapped(out, f"Also: {', '.join(map(_title, others))}. --markdown FILE writes them.", "", "  ")


def _print(section: ReviewSection, out: Console) -> None:
    texts = [
        *(text.partition("\n")[0] for text in section.lines),
        *(": ".join(filter(None, row)) for row in section.rows),
    ]
    first, more = cut(texts, _MOST)
    bullets(out, section.title, [*first, *([f"{more} (--markdown and --json list them)"] if more else [])], "yellow")


def _title(section: ReviewSection) -> str:
    title = section.title[0].lower() + section.title[1:]
    return f"{title} ({section.number})" if section.number is not None else title

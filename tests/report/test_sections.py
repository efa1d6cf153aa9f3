"""Sections fit the lines of a terminal and the characters of a comment, and say when they are cut."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from isthmus.report.sections import Entry, Importance, Section
from isthmus.report.sections_markdown import CUT, sections_markdown
from isthmus.report.sections_terminal import MOST_LINES, print_sections

SECTIONS = 11  # of a difference


@st.composite
def sections(draw: st.DrawFn) -> tuple[Section, ...]:
    """Sections of any length. Each text has its own number, so that a missing one is noticed."""
    made = []
    for number in range(draw(st.integers(1, SECTIONS))):
        words = draw(st.sampled_from((1, 10, 300)))
        entries = tuple(
            Entry(
                f"entry{number}-{index} " + "word " * words,
                draw(st.sampled_from(("", "gained"))),
                tuple(f"detail{number}-{index}-{detail}" for detail in range(draw(st.integers(0, 9)))),
                tuple(f"member{number}-{index}-{member}" for member in range(draw(st.integers(0, 3)))),
            )
            for index in range(draw(st.sampled_from((1, 2, 20, 300))))
        )
        made.append(Section(f"heading{number}.", entries, draw(st.sampled_from(Importance)), draw(st.booleans())))
    return tuple(made)


def printed(shown: tuple[Section, ...], most: int = MOST_LINES, *, everything: bool = False) -> str:
    out = io.StringIO()
    lines = print_sections(shown, Console(file=out, width=80), most, everything=everything)
    assert lines == len(out.getvalue().splitlines())
    return out.getvalue()


def texts(shown: tuple[Section, ...]) -> set[str]:
    entries = [entry for section in shown for entry in section.entries]
    return {word for entry in entries for word in (entry.text.split()[0], *entry.details, *entry.members)}


@given(sections(), st.integers(30, 60))
def test_the_terminal_shows_some_lines_and_every_heading(shown: tuple[Section, ...], most: int) -> None:
    lines = printed(shown, most).splitlines()
    assert len(lines) <= most
    assert all(any(section.heading.lower() in line.lower() for line in lines) for section in shown)
    cut = lines[-1].startswith("Cut:")
    without_members = {text for text in texts(shown) if not text.startswith("member")}
    assert cut or without_members <= {word for line in lines for word in line.split()}


@given(sections())
def test_everything_is_everything(shown: tuple[Section, ...]) -> None:
    text = printed(shown, everything=True)
    assert "Cut:" not in text
    assert texts(shown) <= set(text.split())


@given(sections(), st.sampled_from((1_500, 5_000, 60_000)))
def test_markdown_fits_and_shows_every_heading(shown: tuple[Section, ...], room: int) -> None:
    text = sections_markdown(shown, room)
    assert len(text) <= room
    assert all(section.heading in text for section in shown)
    assert text.count("<details") == text.count("</details>") == len(shown)
    if CUT not in text:
        without_members = {text for text in texts(shown) if not text.startswith("member")}
        assert without_members <= set(text.split())


def test_short_markdown_lists_the_members() -> None:
    entry = Entry("two flows", members=("a -> b", "b -> a"))
    assert "    - b -&gt; a" in sections_markdown((Section("Flows", (entry,)),))
    assert "a -&gt; b" not in sections_markdown((Section("Flows", (entry, Entry("x" * 20_000))),))


def test_background_is_cut_first() -> None:
    shown = (
        Section("Flows", tuple(Entry(f"flow{number}") for number in range(40))),
        Section("Notes", tuple(Entry(f"note{number}") for number in range(40)), Importance.BACKGROUND),
    )
    text = printed(shown)
    assert "flow39" in text
    assert "and 38 more" in text

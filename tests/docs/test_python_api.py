"""docs/reference/python-api.md is current."""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus import proof
from tests.docs.python_api import DOCUMENT, _entry, page


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == page(), "run python -m tests.docs.python_api"


def test_every_public_name_is_on_the_page() -> None:
    text = page()
    for name in proof.__all__:
        assert f"### {name}\n" in text or f"### {name}()\n" in text
    assert "**NetworkUnderTest.assert_reaches**" in text


def test_attributes_and_methods_are_listed_and_private_names_are_not() -> None:
    @dataclass
    class Example:
        """An example.

        - `one`: the first
          of two
        """

        one: int
        _two: str = ""

        def public(self, many: "Sequence[int]") -> int:
            """Says one."""
            return self.one

        def _private(self) -> None:
            """Says none."""

    entry = _entry("Example", Example)
    assert "| `one` | `int` | the first of two |\n" in entry
    assert "public(many: Sequence[int]) -> int" in entry
    assert "_two" not in entry
    assert "_private" not in entry

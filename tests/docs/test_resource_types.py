"""docs/reference/resource-types.md is what the tables say."""

from tests.docs.resource_types import DOCUMENT, page


def test_the_page_is_made_of_the_tables() -> None:
    assert DOCUMENT.read_text() == page(), "run python -m tests.docs.resource_types"

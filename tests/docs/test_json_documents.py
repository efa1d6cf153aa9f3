"""docs/reference/json.md is current."""

from tests.docs.json_documents import DOCUMENT, _keys, page


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == page(), "run python -m tests.docs.json_documents"


def test_keys_are_those_of_the_document() -> None:
    document = {"a": [{"b": 1}, {"c": None}], "sites": {"dc1": [True]}}
    assert list(_keys("", document)) == [
        ("a", "list"),
        ("a[]", "object"),
        ("a[].b", "number"),
        ("a[]", "object"),
        ("a[].c", "null"),
        ("sites", "object"),
        ("sites.*", "list"),
        ("sites.*[]", "true or false"),
    ]

"""docs/reference/json.md is current."""

from tests.docs.json_documents import DOCUMENT, _object, page


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == page(), "run python -m tests.docs.json_documents"


def test_every_key_has_a_row_with_its_type_and_whether_it_can_be_missing() -> None:
    flow = {"type": "object", "properties": {"source": {"type": "string", "description": "From."}}}
    schema = {
        "required": ["flows"],
        "properties": {
            "flows": {"type": "array", "items": {**flow, "required": ["source"]}},
            "cause": {"$ref": "common.schema.json#/$defs/hop"},
            "sites": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        },
    }
    assert list(_object("", schema)) == [
        "| `flows` | list of object |  |\n",
        "| `flows[].source` | text | From. |\n",
        "| `cause?` | [hop](#hop) |  |\n",
        "| `sites?` | object |  |\n",
        "| `sites?.*` | text or null |  |\n",
    ]

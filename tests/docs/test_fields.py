"""docs/reference/fields.md is what the language is."""

from dataclasses import fields, is_dataclass
from enum import EnumMeta

import pytest

from isthmus import intent
from isthmus.intent.errors import Problem
from tests.docs.fields import DOCUMENT, TYPES, kind, meanings, page

SHOWN = [name for names in TYPES.values() for name in names]


def test_the_page_is_up_to_date():
    assert DOCUMENT.read_text() == page(), "run python -m tests.docs.fields"


def test_every_type_of_the_language_is_there_once():
    types = {
        name
        for name, value in vars(intent).items()
        if isinstance(value, EnumMeta) or (isinstance(value, type) and is_dataclass(value) and value is not Problem)
    }
    assert sorted(SHOWN) == sorted(types)


@pytest.mark.parametrize("name", SHOWN)
def test_every_field_and_choice_has_a_meaning_and_no_other_has_one(name):
    cls = getattr(intent, name)
    text, found = meanings(cls)
    assert text
    named = set(cls.__members__) if isinstance(cls, EnumMeta) else {field.name for field in fields(cls)}
    assert named - {"kind"} <= found.keys()
    assert found.keys() - named <= {"name"}


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("str | None", "text"),
        ("Many[str] | None", "list of texts"),
        ("Several[Egress]", "set of [Egress](#egress)"),
        ("Many[Annotated[Segment | str, by_name]]", "list of [Segment](#segment) or its name"),
        ("CustomerGatewayRef", "[CustomerGateway](#customergateway) or its name"),
        ("tuple[float, float] | None", "pair of numbers"),
    ],
)
def test_types_are_written_in_words(annotation, words):
    assert kind(annotation) == words

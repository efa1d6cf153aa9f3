"""docs/reference/cli.md is current."""

from tests.docs.cli import DOCUMENT, commands, page


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == page(), "run python -m tests.docs.cli"


def test_every_argument_has_a_meaning() -> None:
    for name, command in commands().items():
        assert f"## isthmus {name}\n" in page()
        for action in command._actions:
            assert action.help, (name, action.dest)

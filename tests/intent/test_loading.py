"""An estate whose modules Python cannot import: one message, with the line, and never a traceback."""

import sys
from pathlib import Path

import pytest

from isthmus.intent import IntentError
from isthmus.intent.loading import load_estate

FINE = 'from company.parts import spoke\n\nestate = spoke("dev")\n'


@pytest.mark.parametrize(
    ("estate", "parts", "message"),
    [
        (FINE, "spoke = (1", "company/parts.py:1: SyntaxError: '(' was never closed\n    spoke = (1"),
        (FINE, "", "company/estate.py:1: ImportError: cannot import name 'spoke' from 'company.parts'\n"),
        (FINE, "spokes = []", "cannot import name 'spoke' from 'company.parts'; did you mean spokes?\n"),
        (
            FINE,
            "from company.estate import estate",
            "company/parts.py:1: estate is not defined yet, because of an import cycle: company.estate imports "
            "company.parts imports company.estate; parts.py:1 must not import company.estate: move the names that "
            "it needs into a file that imports neither\n",
        ),
        (
            "import company.parts\n\nspoke = 1\n",
            "import company.estate\n\nspoke = company.estate.spoke\n",
            "company/parts.py:3: estate is not defined yet, because of an import cycle: company.estate imports "
            "company.parts imports company.estate; parts.py:3 must not import company.estate: ",
        ),
        # The module is there, or another one holds the name.
        (
            "parts.spoke()\n",
            "",
            "company/estate.py:1: NameError: name 'parts' is not defined; write: from company import parts\n",
        ),
        (
            "import company.parts\n\nspoke()\n",
            "spoke = 1\n",
            "company/estate.py:3: NameError: name 'spoke' is not defined; write: from company.parts import spoke\n",
        ),
        (
            "spokes = 1\n\nspoke()\n",
            "",
            "company/estate.py:3: NameError: name 'spoke' is not defined; did you mean spokes?\n",
        ),
        (
            "import company.prats\n",
            "",
            "company/estate.py:1: ModuleNotFoundError: No module named 'company.prats'; did you mean company.parts?\n",
        ),
        (
            "import nothing_like_it\n",
            "",
            "company/estate.py:1: ModuleNotFoundError: No module named 'nothing_like_it'\n",
        ),
        (
            "import company.parts\n\ncompany.parts.spokee\n",
            "spoke = 1",
            "AttributeError: module 'company.parts' has no attribute 'spokee'; did you mean spoke?\n",
        ),
        (
            'Spoke("dev")\n',
            "",
            "company/estate.py:1: NameError: name 'Spoke' is not defined; write: from isthmus.intent import Spoke\n",
        ),
        ("spoke()\n", "", "company/estate.py:1: NameError: name 'spoke' is not defined\n"),
        (
            'from isthmus.intent import Segment\n\nSegment("a").isolated = True\n',
            "",
            "company/estate.py:3: cannot assign to field 'isolated': intent objects cannot change; ",
        ),
        (
            "from isthmus.intent import Egress\n\nEgress.ONPREMISES\n",
            "",
            "company/estate.py:3: Egress has no ONPREMISES; did you mean ON_PREMISES?\n    Egress.ONPREMISES",
        ),
        (
            "from isthmus.intent import Egress\n\nEgress.X\n",
            "",
            "company/estate.py:3: Egress has no X; it has LOCAL, ON_PREMISES, CENTRAL, NONE",
        ),
        (
            FINE,
            "def spoke(name):\n    return {}[name]\n",
            "company/parts.py:2: KeyError: 'dev'\n    return {}[name]\n  called by company/estate.py:3\n    estate =",
        ),
        # An exception of a library is reported with the line that called it.
        (
            "import json\n\njson.loads('no')\n",
            "",
            "company/estate.py:3: json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        ),
    ],
)
def test_an_error_is_reported_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, estate: str, parts: str, message: str
) -> None:
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "estate.py").write_text(estate)
    (folder / "parts.py").write_text(parts)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("company", "company.estate", "company.parts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(IntentError) as error:
        load_estate("company.estate")
    for name in ("company", "company.estate", "company.parts"):
        sys.modules.pop(name, None)
    text = str(error.value)
    assert text.startswith("ISTHMUS_ESTATE=company.estate: the module cannot be imported\n  ")
    assert message in text


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("spoke", "from company.parts import spoke"),
        ("pieces", "from company import parts as pieces"),
        ("own", "from company.early import own"),
    ],
)
def test_a_missing_import_is_of_the_module_that_makes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, statement: str
) -> None:
    """It holds for `company.early` too: it comes first in the alphabet, and imports what `company.parts` makes."""
    early = "from company import parts as pieces\nfrom company.parts import spoke\n\nown = spoke\n"
    files = {"__init__": "", "parts": "spoke = 1\n", "early": early, "estate": f"import company.early\n\n{name}()\n"}
    (tmp_path / "company").mkdir()
    for file, text in files.items():
        (tmp_path / "company" / f"{file}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    loaded = ("company", "company.estate", "company.early", "company.parts")
    for module in loaded:
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(IntentError) as error:
        load_estate("company.estate")
    for module in loaded:
        sys.modules.pop(module, None)
    assert f"NameError: name '{name}' is not defined; write: {statement}\n" in str(error.value)


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("environments.nothing", "the default is environments.estate"),
        ("nothing.py", "write the module, not its file: nothing"),
        ("nowhere/estate.py", "write the module, not its file: nowhere.estate"),
    ],
)
def test_a_module_that_is_not_there(name: str, instead: str) -> None:
    with pytest.raises(IntentError) as error:
        load_estate(name)
    assert str(error.value) == f"ISTHMUS_ESTATE={name}: no such module; {instead}"

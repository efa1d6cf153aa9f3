"""What is created and belongs to no estate is an error, with its line, before the rules that break for want of it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isthmus.intent import IntentError
from isthmus.intent.loading import load_estate, named

ESTATE = """
from company import shared
from company.network import network
from company.dev import dev
from isthmus.intent import Account, Egress, Estate, Organization, Segment

estate = Estate(
    "company",
    organization=Organization(
        arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
        accounts=[Account("network", id="111122223333")],
    ),
    region="us-east-1",
    blocks=["10.1.0.0/16"],
    zones=["use1-az1"],
    segments=[Segment("lab")],
    environments=[network, dev],
)
"""
ENVIRONMENT = """
from isthmus.intent import Egress, Environment, Hub, Spoke

{name} = Environment("{name}", account="network", {holds})
"""
SPOKE = 'spokes=[Spoke("a", cidr="10.1.0.0/20", segment="lab", egress=Egress.NONE)]'
FILES = {
    "__init__": "",
    "shared": "",
    "estate": ESTATE,
    "network": ENVIRONMENT.format(name="network", holds='hub=Hub("main")'),
    "dev": ENVIRONMENT.format(name="dev", holds=SPOKE),
}
NEW = ENVIRONMENT.format(name="new", holds="")
CHANGED_COPY = f"""
from dataclasses import replace
from company import estate as base
{NEW}
estate = replace(base.estate)
"""
IMPORTS = ("from company import new", "from . import new", "from .new import new", "import company.new")


@pytest.fixture
def messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """What is said of the company's estate with these files written, or written over."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def load(**files: str) -> str:
        for name, text in {**FILES, **files}.items():
            path = tmp_path / "company" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        try:
            load_estate("company.estate")
        except IntentError as error:
            return str(error)
        return ""

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] == "company"]:
        del sys.modules[name]


def test_an_estate_that_holds_all_objects_has_no_message(messages: Callable[..., str]) -> None:
    assert messages() == ""


def test_an_environment_in_a_file_without_an_importer(messages: Callable[..., str]) -> None:
    assert messages(new=NEW).splitlines() == [
        "These objects belong to no estate:",
        "  environment at company/new.py:4: no estate of company imports this file",
        "    write: from company.new import ... in estate.py, and its objects in company/estate.py:7; "
        'or rename the file to "_new.py", if it is unused on purpose',
    ]


def test_an_environment_that_is_imported_and_not_listed(messages: Callable[..., str]) -> None:
    text = messages(estate=ESTATE.replace("[network, dev]", "[network]"))
    assert text.splitlines() == [
        "These objects belong to no estate:",
        '  environment "dev", company/dev.py:4: no estate uses it',
        '    write: environments=[..., dev] of estate "company", company/estate.py:7; or rename it to _dev, if it is '
        "unused on purpose",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"_new": NEW},
        {"new": "a = 1\n"},
        {"new": "def ("},
        {"other": NEW + "\nestate = Estate()\n"},
        {"other": CHANGED_COPY},
        # Another estate of this package, and what it alone is made of.
        {"new": NEW, "other": ESTATE.replace("import dev", "import dev\nfrom company.new import new")},
        *({"new": NEW, "other": f"{line}\n\nestate = Estate()\n"} for line in IMPORTS),
        # By way of a file of no estate's.
        *({"new": NEW, "between": line, "other": "import company.between\n\nestate = Estate()\n"} for line in IMPORTS),
        {"new": "from bank import Account\n\nmine = Account('a')\n"},
        {"new": "class Site:\n    pass\n\n\nmine = Site()\n"},
        {"test_new": NEW},
        {"tests/network": NEW},
        {".venv/lib/site/__init__": NEW, ".venv/lib/site/network": NEW},
        {"_old/new": NEW},
        {"more/__init__": "", "more/new": NEW, "other": "from .more.new import new\n\nestate = Estate()\n"},
        {"more/__init__": "from . import new\n", "more/new": NEW, "other": "from . import more\n\nestate = Estate()\n"},
        {"new": NEW, "shared": "from importlib import import_module\n\nimport_module('company.new')\n"}
        | {"estate": ESTATE.replace("dev]", "dev, shared.import_module('company.new').new]")},
    ],
)
def test_what_is_no_environment_or_is_left_out_on_purpose(messages: Callable[..., str], files: dict[str, str]) -> None:
    assert messages(**files) == ""


@pytest.mark.parametrize("line", IMPORTS)
def test_a_file_that_is_imported_by_a_file_of_no_estate(messages: Callable[..., str], line: str) -> None:
    assert "environment at company/new.py:4: no estate of company imports this file" in messages(new=NEW, other=line)


@pytest.mark.parametrize("init", [{}, {"more/__init__": ""}])
def test_a_file_in_a_folder_of_the_package(messages: Callable[..., str], init: dict[str, str]) -> None:
    text = messages(**init, **{"more/new": NEW})
    assert "environment at company/more/new.py:4: no estate of company imports this file" in text
    assert "write: from company.more.new import ... in estate.py" in text


def test_an_environment_by_its_module(messages: Callable[..., str]) -> None:
    """However it is written, it is one."""
    assert "company/new.py:2" in messages(
        new="from isthmus import intent\nnew = intent.Environment('a', account='b')\n"
    )


@pytest.mark.parametrize(
    ("environ", "module"),
    [
        ({}, "environments.estate"),
        ({"ISTHMUS_ESTATE": ""}, "environments.estate"),
        ({"ISTHMUS_ESTATE": "a.b", "ISTHMUS_CACHE_DIR": "/", "ESTATE": "c"}, "a.b"),
    ],
)
def test_the_module_that_is_named(environ: dict[str, str], module: str) -> None:
    assert named(environ) == module


@pytest.mark.parametrize("variable", ["ISTHMUS_ESTTAE", "ISTMUS_ESTATE", "ISTHMUS_ESTATES", "ISTHMUS-ESTATE"])
def test_a_variable_that_is_misspelt_builds_no_other_estate(variable: str) -> None:
    with pytest.raises(IntentError, match=f"{variable}=a.b: unknown variable; did you mean ISTHMUS_ESTATE?"):
        named({variable: "a.b", "ISTHMUS_ESTATE": "environments.estate"})


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ({"estate": ESTATE.replace("estate = ", "company = ")}, "; it has company: write estate = Estate(...)"),
        ({"estate": ""}, ""),
    ],
)
def test_a_module_without_an_estate(messages: Callable[..., str], files: dict[str, str], hint: str) -> None:
    assert messages(**files) == f"ISTHMUS_ESTATE=company.estate: the module has no Estate in a variable `estate`{hint}"


def test_a_package_in_the_place_of_its_module() -> None:
    with pytest.raises(IntentError, match=r"in a variable `estate`; did you mean environments\.estate\?"):
        load_estate("environments")


MORE = 'more = Spoke("more", cidr="10.1.16.0/20", segment="lab", egress=Egress.NONE)\n'


def test_of_several_that_could_hold_it_the_one_in_the_same_file_is_named(messages: Callable[..., str]) -> None:
    assert 'spokes=[..., more] of environment "dev", company/dev.py:4; or' in messages(dev=FILES["dev"] + MORE)


def test_of_several_elsewhere_none_is_named(messages: Callable[..., str]) -> None:
    apart = f"from isthmus.intent import Egress, Spoke\n{MORE}"
    assert "spokes=[..., more] of an environment; or" in messages(shared=apart)

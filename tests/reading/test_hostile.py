"""Malformed documents: a sane graph or `UnreadableTerraform`, whatever they hold."""

import copy
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.terraform import Graph, Ref, Unknown, UnreadableTerraform, Value, read
from isthmus.terraform.plan import When
from tests.reading.builders import FIXTURES, write

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.sampled_from(
        ["${", "${local.a}", "${var.x[0]}", "${each.value}", "aws_vpc.v.id", "", "./", "local.x", "module.a"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in a document."""
    found = [path]
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        found += places(value, (*path, key))
    return found


def mutated(document: Any, path: tuple[Any, ...], action: str, value: Any) -> Any:
    if not path:
        return value
    document = copy.deepcopy(document)
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if action == "replace":
        parent[path[-1]] = value
    elif action == "delete":
        del parent[path[-1]]
    elif isinstance(parent, dict):
        parent[str(value)] = parent.pop(path[-1])
    else:
        parent.append(parent[path[-1]])
    return document


def check(graph: Graph) -> None:
    """What holds for every graph: printable names, and references that say something."""

    def walk(value: Value) -> None:
        if isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, tuple):
            for item in value:
                walk(item)
        else:
            assert value is None or isinstance(value, str | bool | int | float | Ref | Unknown)
            if isinstance(value, Unknown):
                assert value.reason.isprintable()
            if isinstance(value, Ref):
                assert value.address.isprintable()

    for collection in (graph.resources, graph.unexpanded):
        for address, resource in collection.items():
            assert address == resource.address
            assert address.isprintable()
            assert None not in resource.values.values()
            walk(dict(resource.values))
    walk(dict(graph.outputs))
    assert all(note.isprintable() for note in graph.notes)


def survives(path: Path, when: When = "after") -> None:
    try:
        graph = read(path, when=when)
    except UnreadableTerraform as error:
        message = str(error)
    else:
        check(graph)
        return
    assert message.isprintable()


WHENS: tuple[When, ...] = ("after", "before")
DOCUMENTS = {
    name: json.loads((FIXTURES / name).read_text())
    for name in (
        "hcl/plan.json",
        "inline/plan.json",
        "json/plan.json",
        "change/plan.json",
        "change/state.json",
        "change/terraform.tfstate",
        "json/main.tf.json",
    )
}
PLACES = {name: places(document) for name, document in DOCUMENTS.items()}


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
def test_mutated_documents(name: str, data: st.DataObject) -> None:
    document = DOCUMENTS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        action = data.draw(st.sampled_from(["replace", "delete", "rename"]))
        path = data.draw(st.sampled_from(PLACES[name]))
        try:
            document = mutated(document, path, action, data.draw(JSON))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier mutation took the place away
    with TemporaryDirectory() as folder:
        write(Path(folder), {name: json.dumps(document)})
        path_ = Path(folder) / name if not name.endswith("main.tf.json") else (Path(folder) / name).parent
        for when in WHENS:
            survives(path_, when)


@pytest.mark.parametrize("where", [("egress", 0), ("egress",)], ids=["a block", "all blocks"])
def test_a_mark_of_another_shape(where: tuple[str | int, ...], tmp_path: Path) -> None:
    """A damaged plan says that something there is unknown, and not what: nothing there is taken as known."""
    name, mark = "inline/plan.json", [True] if len(where) == 2 else {"cidr_blocks": True}
    change = ("resource_changes", 7, "change", "after_unknown", *where)
    write(tmp_path, {name: json.dumps(mutated(DOCUMENTS[name], change, "replace", mark))})
    found = read(tmp_path / name).resources["aws_security_group.h"].values["egress"]
    assert isinstance(found[0] if isinstance(found, tuple) else found, Unknown)


@given(st.sampled_from(sorted(DOCUMENTS)), st.data())
def test_truncated_documents(name: str, data: st.DataObject) -> None:
    text = (FIXTURES / name).read_text()
    cut = text[: data.draw(st.integers(0, len(text) - 3))]
    with TemporaryDirectory() as folder:
        path = write(Path(folder), {Path(name).name: cut}) / Path(name).name
        with pytest.raises(UnreadableTerraform):
            read(path if not name.endswith("main.tf.json") else path.parent)


@given(JSON)
def test_any_json(document: Any) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), {"x.json": document, "root/main.tf.json": json.dumps(document)})
        for given_ in (path / "x.json", path / "root"):
            survives(given_)

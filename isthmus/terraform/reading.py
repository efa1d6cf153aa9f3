"""Reading of inputs: what a path holds, and its graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from isthmus.files.manifest import is_half_written, output_of
from isthmus.terraform.configuration import is_module
from isthmus.terraform.document_shape import check_shape
from isthmus.terraform.documents import load, readable
from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.existing import joined_objects
from isthmus.terraform.graph import Graph
from isthmus.terraform.id_references import joined
from isthmus.terraform.plan import When, check_version, plan_graph
from isthmus.terraform.root_modules import read_roots
from isthmus.terraform.state import made_before, state_graph, tfstate_graph
from isthmus.terraform.work_limit import MOST_STEPS_OF_ALL, TooMuchWork, TooMuchWorkOfAll, metered
from isthmus.text.printable import printable

Form = Literal["folder", "plan", "state", "tfstate"]

# File names that say nothing about the root they belong to; its folder does.
_NAMELESS = frozenset({"plan", "tfplan", "show", "state", "terraform", "out", "output", "before", "after"})


@dataclass(frozen=True, eq=False)
class Input:
    """Something that Terraform can be read from. `root` prefixes its addresses; it is empty where there is one only.

    `given` is the path that a person named: nothing outside of it is read.
    """

    path: Path
    form: Form
    root: str
    document: Mapping[str, Any] | None = None
    given: Path = Path()

    @property
    def has_before(self) -> bool:
        """Whether it says what is as well as what will be."""
        return self.form == "plan"


def sources(*paths: str | Path) -> tuple[Input, ...]:
    """What each path holds. A folder of synthesized roots gives one source for each root.

    Raises `UnreadableTerraform` where a path holds nothing that can be read.
    """
    found: list[tuple[Path, Form, str, Mapping[str, Any] | None]] = []
    named: list[Path] = []
    for given in paths:
        path = Path(given)
        with readable(path):
            output = output_of(path)
            if output is not None and is_half_written(output):
                problem = "it is half written: a synthesis was stopped while it put files in place"
                raise UnreadableTerraform(output, problem, "Synthesize again, which completes it")
            if path.is_dir():
                found += [(root, "folder", name, None) for name, root in _roots(path)]
            else:
                found.append(_document(path))
        named += [path] * (len(found) - len(named))
    if not found:
        raise UnreadableTerraform(".", "nothing was given to read", "Name a folder, a plan or a state")
    if len(found) == 1 and not found[0][2]:
        path, form, _, document = found[0]
        return (Input(path, form, "", document, named[0]),)
    names = _names([path for path, *_ in found], [name for _, _, name, _ in found])
    return tuple(
        Input(path, form, name, document, given)
        for (path, form, _, document), name, given in zip(found, names, named, strict=True)
    )


def read(*paths: str | Path, when: When = "after") -> Graph:
    """One graph of all inputs: folders of synthesized roots, plans, and states, each recognized by its contents.

    For plans, `when` selects the state after the apply (`after`) or before it (`before`). Several inputs are joined:
    folders by `terraform_remote_state`, plans and states by the ids in them. Addresses are prefixed by the root (the
    name of the folder or file), unless there is only one. Raises `UnreadableTerraform`.
    """
    return graph_of(sources(*paths), when=when)


def graph_of(given: Iterable[Input], when: When = "after") -> Graph:
    """The graph of sources: see `read`."""
    listed = list(given)
    try:
        with metered():
            return _graph_of(listed, when)
    except (TooMuchWork, TooMuchWorkOfAll) as spent:
        named = printable(getattr(spent, "expression", ""), 80)
        problem = f"evaluating it takes more than {MOST_STEPS_OF_ALL:,} steps"
        raise UnreadableTerraform(
            ", ".join(str(source.path) for source in listed[:3]),
            f"{problem} (at {named})" if named else problem,
            "Check count, for_each and for expressions, or give a plan",
        ) from None


def _graph_of(listed: list[Input], when: When) -> Graph:
    folders = {source.root: source.path for source in listed if source.form == "folder"}
    graphs = []
    others = frozenset(made for source in listed for made in made_before(source.document or {}, source.form))
    for source in listed:
        with readable(source.path):
            document = source.document or {}
            if source.form == "plan":
                graphs.append(plan_graph(document, source.path, source.root, when, others))
            elif source.form == "state":
                graphs.append(state_graph(document, source.path, source.root, others))
            elif source.form == "tfstate":
                graphs.append(tfstate_graph(document, source.path, source.root, others))
    with readable(listed[0].path):
        if folders:
            within = {whole_output(source.given) for source in listed if source.form == "folder"}
            graphs.append(read_roots(folders, within))
        whole = graphs[0] if len(graphs) == 1 else _merged(graphs)
        return joined(whole) if len(folders) < len(listed) else whole


def read_folder(path: str | Path) -> Graph:
    """The graph of a folder of synthesized roots (`cdktf.out`), or of one root. Raises `UnreadableTerraform`."""
    return _read_only(path, "folder", "after")


def read_plan(path: str | Path, when: When = "after") -> Graph:
    """The graph of one plan, as it will be or as it is. Raises `UnreadableTerraform`."""
    return _read_only(path, "plan", when)


def read_state(path: str | Path) -> Graph:
    """The graph of one state, as `terraform show -json` prints it or as it is stored. Raises `UnreadableTerraform`."""
    return _read_only(path, "state", "after")


def _read_only(path: str | Path, form: Form, when: When) -> Graph:
    found = sources(path)
    for source in found:
        if source.form.removeprefix("tf") != form:
            raise UnreadableTerraform(path, f"it is a {source.form}, not a {form}", f"Give a {form}")
    return graph_of(found, when)


def whole_output(given: Path) -> Path:
    """The folder that a given one belongs to: of one root below `stacks`, the whole output."""
    path = given.resolve()
    return path.parent.parent if path.parent.name == "stacks" else path


def _roots(path: Path) -> list[tuple[str, Path]]:
    """The root directories in a folder, by name; the name is empty where the folder itself is the root."""
    for stacks in (path / "stacks", path):
        if stacks.name == "stacks" and stacks.is_dir():
            roots = [(entry.name, entry) for entry in sorted(stacks.iterdir()) if entry.is_dir() and is_module(entry)]
            if roots and stacks != path and is_module(path):
                problem = "it holds Terraform itself, in addition to the roots in stacks"
                raise UnreadableTerraform(path, problem, "Give one of the two: the folder stacks, or a copy without it")
            if roots:
                return roots
    if is_module(path):
        return [("", path)]
    raise UnreadableTerraform(
        path,
        "there is no Terraform in this folder: neither stacks/*/*.tf.json nor *.tf.json",
        "Give the output folder of the synthesis (cdktf.out), one root in it, or a plan or state file",
    )


def _document(path: Path) -> tuple[Path, Form, str, Mapping[str, Any]]:
    document = load(path)
    if not isinstance(document, dict):
        raise UnreadableTerraform(path, "it is JSON, but neither a plan nor a state", _WHAT)
    if "format_version" in document and ("provider_schemas" in document or "valid" in document):
        raise UnreadableTerraform(path, "it is JSON of another Terraform command", _WHAT)
    if "planned_values" in document or "resource_changes" in document:
        check_version(document, path)
        check_shape(document, path)
        return path, "plan", "", document
    nothing = set(document) <= {"format_version", "terraform_version", "checks"}  # how an empty state is shown
    if "values" in document or (document and nothing):
        check_version(document, path)
        check_shape(document, path)
        return path, "state", "", document
    if "version" in document and ("lineage" in document or "resources" in document):
        return path, "tfstate", "", document
    if "format_version" in document:
        check_version(document, path)
    raise UnreadableTerraform(path, "it is JSON, but neither a plan nor a state", _WHAT)


_WHAT = "Give what `terraform show -json PLAN` or `terraform show -json` prints"


def _names(paths: list[Path], given: list[str]) -> list[str]:
    """A name for each root: its own, else of its file or folder; with as much of the path as it takes to differ."""
    wanted = [[name] if name else [] for name in given]
    candidates = []
    for path, own in zip(paths, wanted, strict=True):
        parts = list(path.absolute().parts[1:])
        stem = _stem(path.name)
        parts[-1:] = [] if stem in _NAMELESS and len(parts) > 1 else [stem]
        candidates.append(own or parts or ["root"])
    lengths = [1] * len(paths)
    names = [parts[-1] for parts in candidates]
    for _ in range(64):
        clashing = [at for at, name in enumerate(names) if names.count(name) > 1]
        if not clashing:
            return names
        for at in clashing:
            lengths[at] += 1
            parts = candidates[at] if not wanted[at] else list(paths[at].absolute().parts[1:])
            names[at] = "/".join(parts[-lengths[at] :])
    clashing = [at for at, name in enumerate(names) if names.count(name) > 1]
    first, second = (paths[at] for at in [n for n in clashing if names[n] == names[clashing[0]]][:2])
    if first.resolve() == second.resolve():
        raise UnreadableTerraform(second, "it is given twice", "Name each input once")
    raise UnreadableTerraform(
        second,
        f"it and {first} are both called {names[clashing[0]]}",
        "Rename one of the files, because addresses start with the name",
    )


def _stem(name: str) -> str:
    """The name of a file up to its endings. `terraform.dev.tfstate`, as `LocalBackend` writes it, is `dev`."""
    first, *rest = name.removesuffix(".backup").removesuffix(".json").removesuffix(".tfstate").split(".")
    return next((part for part in (first, *rest) if part not in _NAMELESS), first)


def _merged(graphs: list[Graph]) -> Graph:
    every = [resource for graph in graphs for resource in graph.resources.values()]
    existing = joined_objects(resource for resource in every if resource.existing)
    return Graph(
        {resource.address: resource for resource in every} | existing,
        tuple(note for graph in graphs for note in graph.notes),
        {name: value for graph in graphs for name, value in graph.outputs.items()},
        {address: resource for graph in graphs for address, resource in graph.unexpanded.items()},
        tuple(found for graph in graphs for found in graph.undeclared),
        {named: ends for graph in graphs for named, ends in graph.attachments.items()},
        {address: type_ for graph in graphs for address, type_ in graph.forgotten.items()},
        {old: new for graph in graphs for old, new in graph.moved.items()},
        tuple(address for graph in graphs for address in graph.imported),
        frozenset(root for graph in graphs for root in graph.roots),
    )

"""What holds for the output of every estate, as one list of breaches: an estate is synthesized once for all laws."""

from __future__ import annotations

import json
import os.path
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tfplugin_proto import tfplugin5_5_pb2 as pb

from isthmus.intent import Estate
from isthmus.network.answers import Outcome
from isthmus.proof import Proof, Verdict, read
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.inventory import modules_of
from tests.properties.meaning import INTERNET, Meaning
from tests.terraform.engine.schema import installed_schema

PROJECT = Path(__file__).parents[2]
Files = Mapping[str, str]


@dataclass(frozen=True)
class Resource:
    """A resource of an output, in the module at `place` (`<root>/<module>`)."""

    place: str
    kind: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{self.place}/{self.kind}.{self.name}"

    @property
    def root(self) -> str:
        return self.place.split("/")[0]


@dataclass(frozen=True)
class Output:
    """An estate and the files that were made of it."""

    estate: Estate
    files: Files

    @cached_property
    def documents(self) -> Mapping[str, dict[str, Any]]:
        """By `<root>` or `<root>/<module>`."""
        return modules_of(self.files)

    @cached_property
    def roots(self) -> Mapping[str, dict[str, Any]]:
        return {place: document for place, document in self.documents.items() if "/" not in place}

    @cached_property
    def resources(self) -> Sequence[Resource]:
        return [
            Resource(place, kind, name, arguments)
            for place, document in self.documents.items()
            for kind, resources in document.get("resource", {}).items()
            for name, arguments in resources.items()
        ]

    @cached_property
    def proof(self) -> Proof:
        """The proof of the files as `isthmus prove` reads them."""
        with tempfile.TemporaryDirectory() as folder:
            write_output(Path(folder), self.files)
            return read(folder).prove()


def made(estate: Estate) -> Output:
    """The output of an estate."""
    return Output(estate, synthesize(estate))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The files that are not the same; the intent says in which order it was declared."""
    names = before.keys() | after.keys()
    return sorted(name for name in names - {"intent.json"} if before.get(name) != after.get(name))


Law = Callable[[Output], Iterator[str]]
LAWS: list[Law] = []


def breaches(output: Output) -> list[str]:
    """Every breach of every law, each with the law's name in front."""
    return [f"{law.__name__}: {breach}" for law in LAWS for breach in law(output)]


def _law(law: Law) -> Law:
    LAWS.append(law)
    return law


# --- the content of the files ----------------------------------------------------------------------------------------

# What cdktf, jsii and Python leave where a value was not worked out.
_UNRESOLVED = re.compile(r"TfToken|Token\[|<jsii|__jsii|<\w+(\.\w+)* object|\bEgress\.|\bTier\.|\bRouting\.")
_SECRET = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN|\"(access_key|secret_key|password|token|[a-z0-9_]*preshared_key)\"")


@_law
def nothing_is_unresolved(output: Output) -> Iterator[str]:
    for name, text in output.files.items():
        yield from (f"{found[0]!r} in {name}" for found in _UNRESOLVED.finditer(text))


@_law
def no_path_of_this_machine(output: Output) -> Iterator[str]:
    places = [str(PROJECT), tempfile.gettempdir(), str(Path.home())]
    for name, text in output.files.items():
        yield from (f"{place!r} in {name}" for place in places if place in text)
        for value in _texts(json.loads(text)):
            if value.startswith("/") and os.path.lexists(value):
                yield f"{value!r} in {name}"


@_law
def no_secret(output: Output) -> Iterator[str]:
    for name, text in output.files.items():
        yield from (f"{found[0]!r} in {name}" for found in _SECRET.finditer(text))
    for resource in output.resources:
        hidden = {attribute.name for attribute in _block(resource.kind).attributes if attribute.sensitive}
        yield from (f"{resource.address} sets {argument}" for argument in hidden & resource.arguments.keys())


@_law
def written_in_one_way(output: Output) -> Iterator[str]:
    for name, text in output.files.items():
        if text != json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n":
            yield f"{name} is not sorted, or says something twice"


# --- references ------------------------------------------------------------------------------------------------------


@_law
def references_lead_somewhere(output: Output) -> Iterator[str]:
    for place, document in output.documents.items():
        for reference in _references(document):
            if not _leads_somewhere(output, place, reference):
                yield f"{reference} in {place}"


@_law
def modules_get_what_they_declare(output: Output) -> Iterator[str]:
    for root, document in output.roots.items():
        for call, arguments in document["module"].items():
            given = arguments.keys() - {"source", "providers", "depends_on"}
            declared = output.documents[f"{root}/{call}"].get("variable", {}).keys()
            yield from (f"{root}/{call} {name}" for name in given ^ declared)


@_law
def readers_wait_for_what_they_read(output: Output) -> Iterator[str]:
    stacks = json.loads(output.files["manifest.json"])["stacks"]
    for root, document in output.roots.items():
        for name in document.get("data", {}).get("terraform_remote_state", {}):
            if name not in {other.replace("-", "_") for other in stacks[root]["dependencies"]}:
                yield f"{root} reads {name}"


def _leads_somewhere(output: Output, place: str, reference: str) -> bool:
    document = output.documents[place]
    match reference.split("."):
        case ["var", name]:
            return name in document.get("variable", {})
        case ["module", call]:
            return call in document.get("module", {})
        case ["module", call, name, *_]:
            return name.split("[")[0] in output.documents[f"{place}/{call}"].get("output", {})
        case ["data", "terraform_remote_state", name, "outputs", wanted]:
            held = name in document.get("data", {}).get("terraform_remote_state", {})
            producers = [its for root, its in output.roots.items() if root.replace("-", "_") == name]
            return held and len(producers) == 1 and wanted in producers[0]["output"]
        case ["data", kind, name, *_]:
            return name in document.get("data", {}).get(kind, {})
        case [kind, name, *_]:
            return name.split("[")[0] in document.get("resource", {}).get(kind, {})
    return False


def _references(document: Mapping[str, Any]) -> Iterator[str]:
    """What is referred to in expressions, and in `depends_on`."""
    for text in _texts(document):
        for expression in re.findall(r"(?<!\$)\$\{([^}]*)\}", text):
            yield from re.findall(r"\b(?:(?:var|module|data)\.|aws_)[\w.-]*\w", expression)
    for section in ("resource", "output", "module"):
        for entries in document.get(section, {}).values():
            for body in entries.values() if section == "resource" else (entries,):
                yield from body.get("depends_on", ())


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


# --- names -----------------------------------------------------------------------------------------------------------


@_law
def states_lie_apart(output: Output) -> Iterator[str]:
    kept = Counter(
        json.dumps({part: document["terraform"].get(part) for part in ("backend", "cloud")}, sort_keys=True)
        for document in output.roots.values()
    )
    yield from (f"{count} roots keep their state in {where}" for where, count in kept.items() if count > 1)


@_law
def names_are_there_once(output: Output) -> Iterator[str]:
    """AWS refuses a second thing of one name in an account."""
    seen = Counter(
        (account, resource.kind, resource.arguments[argument], _scope(resource))
        for resource in output.resources
        for argument in ("name", "bucket", "alarm_name", "dashboard_name")
        if argument in resource.arguments and not str(resource.arguments[argument]).startswith("${")
        for account in [output.roots[resource.root]["provider"]["aws"][0]["allowed_account_ids"][0]]
    )
    yield from (f"{kind} {name} in account {account}" for (account, kind, name, _), count in seen.items() if count > 1)


_SCOPES = (
    "vpc_id",
    "role",
    "log_group_name",
    "zone_id",
    "firewall_rule_group_id",
    "vpc",
    "profile_id",
    "resolver_rule_id",
)


def _scope(resource: Resource) -> tuple[str, ...]:
    """What a name need be unique in only; references mean something inside their module."""
    scope = tuple(str(resource.arguments[argument]) for argument in _SCOPES if argument in resource.arguments)
    return (resource.place, *scope) if scope else ()


# --- tags and keys, by the provider's schema -------------------------------------------------------------------------


@cache
def _blocks() -> Mapping[str, pb.Schema.Block]:
    return {kind: schema.block for kind, schema in installed_schema().resource_schemas.items()}


def _block(kind: str) -> pb.Schema.Block:
    return _blocks()[kind]


@_law
def everything_taggable_is_tagged(output: Output) -> Iterator[str]:
    """By every provider's default tags; what those do not reach (no `tags_all`), by itself."""
    estate = output.estate
    own = {environment.name: environment.tags for environment in estate.environments}
    for root, document in output.roots.items():
        wanted = {"isthmus:estate": estate.name, "isthmus:environment": root, **estate.tags, **own.get(root, {})}
        for provider in document["provider"]["aws"]:
            if provider.get("default_tags") != [{"tags": wanted}]:
                yield f"provider {provider.get('alias', 'aws')} of {root}"
    for resource in output.resources:
        known = {attribute.name for attribute in _block(resource.kind).attributes}
        if "tags" in known and "tags_all" not in known and not resource.arguments.get("tags"):
            yield resource.address


_KEY = re.compile(r"kms_(master_)?key_(id|arn)")


@cache
def key_arguments(kind: str) -> tuple[tuple[str, ...], ...]:
    """The paths of the arguments that take an encryption key, for a type of resource."""

    def walk(block: pb.Schema.Block, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for attribute in block.attributes:
            named = _KEY.fullmatch(attribute.name) or (attribute.name == "key_id" and "encrypt" in "".join(path))
            if named and (attribute.optional or attribute.required):
                yield *path, attribute.name
        for nested in block.block_types:
            if not path or nested.type_name != path[-1]:
                yield from walk(nested.block, (*path, nested.type_name))

    return tuple(walk(_block(kind), ()))


@_law
def what_takes_a_key_has_one(output: Output) -> Iterator[str]:
    """Its own, or one that another resource gives it, as to a bucket."""
    keyed = {resource.address: _has_key(resource) for resource in output.resources if key_arguments(resource.kind)}
    for resource in output.resources:
        if keyed.get(resource.address):
            for reference in _references({"resource": {"": {"": resource.arguments}}}):
                kind, name = (*reference.split("."), "")[:2]
                given = f"{resource.place}/{kind}.{name}"
                if resource.kind.startswith(kind) and given in keyed:
                    keyed[given] = True
    yield from (address for address, has in keyed.items() if not has)


def _has_key(resource: Resource) -> bool:
    return any("${" in str(value) for path in key_arguments(resource.kind) for value in _at(resource.arguments, path))


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _at(inner, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


# --- the network -----------------------------------------------------------------------------------------------------


@_law
def the_proof_equals_the_intent(output: Output) -> Iterator[str]:
    proof = output.proof
    yield from map(str, (*proof.violations, *proof.unknown_results))
    if proof.verdict is not Verdict.PROVED:
        yield f"the verdict is {proof.verdict}"


@_law
def what_flows_is_what_was_asked_for(output: Output) -> Iterator[str]:
    meaning, flows = Meaning(output.estate), output.proof.flows
    named = {name for name in flows.names if not name.startswith("rest of ")}  # the intent names no rest of a site
    for place in set(meaning.places) ^ named:
        yield f"{place} is a place of the intent or of the proof, not of both"
        return
    for flow in flows:
        a, b = flow.source, flow.destination
        if a == INTERNET:
            continue  # the destinations depend on the tiers, which the proof judges
        if not {a, b} <= named:
            continue  # what limited segments have to do with the rest of a site is judged by the proof
        if flow.works is not meaning.works(a, b):
            yield f"{flow}, and the intent says {'it works' if meaning.works(a, b) else 'it does not'}"
        elif not meaning.together(a, b) and flow.forward is not Outcome.BLOCKED:
            yield f"{flow}, and the intent asks for nothing"

"""The one file that imports Checkov: its checks and ours, over definitions that we prepared.

Checkov's runners are bypassed because they drop what we need (details, types in addresses, crashes) and read files that
we must repair first. What remains are its registries, its graph and its plan parser.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from isthmus.scan.checkov_output import environment, silence
from isthmus.scan.errors import CheckovMissing, ScanError, UnreadableInput
from isthmus.scan.plans import read_plan
from isthmus.scan.rendering import something_to_render
from isthmus.scan.subprocess import out_of_memory
from isthmus.scan.terraform_json import FIRST, LAST, Document

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecations inside Checkov's dependencies
    try:
        from checkov.common.checks_infra.registry import get_graph_checks_registry
        from checkov.common.models.enums import CheckResult
        from checkov.runner_filter import RunnerFilter
        from checkov.terraform.checks.data.registry import data_registry
        from checkov.terraform.checks.module.registry import module_registry
        from checkov.terraform.checks.provider.registry import provider_registry
        from checkov.terraform.checks.resource.registry import resource_registry
        from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import BaseTerraformCloudsplainingIAMScanner
        from checkov.terraform.graph_builder.graph_to_tf_definitions import convert_graph_vertices_to_tf_definitions
        from checkov.terraform.graph_builder.local_graph import TerraformLocalGraph
        from checkov.terraform.graph_builder.variable_rendering import evaluate_terraform
        from checkov.terraform.graph_manager import TerraformGraphManager
        from checkov.terraform.plan_parser import parse_tf_plan
        from checkov.terraform_json.parser import prepare_definition
        from checkov.terraform_json.runner import TerraformJsonRunner
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "checkov":
            raise
        raise CheckovMissing from None

_REGISTRIES = {
    "resource": resource_registry,
    "data": data_registry,
    "provider": provider_registry,
    "module": module_registry,
}
_SCANNED_ONE_BY_ONE = ("resource", "data")
_AFTER_APPLY = "true_after_unknown"  # written by Checkov for a value that is known after apply
_NULL = {"constant_value": None}
_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_NOTHING_IN_IT: Any = []  # skip comments: waivers have their own file


@dataclass(frozen=True)
class CheckOutcome:
    """The result of one check for one block. `crashed`: there is none, because the check itself failed."""

    check: str
    severity: str | None
    info: str
    source: str | None
    passed: bool
    details: tuple[str, ...]
    file: str
    address: str
    lines: tuple[int, int]
    crashed: bool = False


@dataclass(frozen=True)
class Judged:
    """All verdicts of one run, and how many resources and data sources every check could see."""

    verdicts: tuple[CheckOutcome, ...]
    resources: int


def load_policies(folder: Path) -> None:
    """Load external checks as stock Checkov does, but refuse those that it would log and leave out.

    Raises ScanError if a file does not load, or if there is none.
    """
    _graph_checks()
    before = list(sys.path)
    loaded = len(resource_registry.get_all_registered_checks()), len(get_graph_checks_registry("terraform").checks)
    with silence() as log:
        try:
            resource_registry.load_external_checks(str(folder))
            # Graph checks written in YAML, if a team adds some
            get_graph_checks_registry("terraform").load_external_checks(str(folder))
        finally:
            sys.path[:] = before  # Checkov leaves every folder that it walked on the path
    broken = [record for record in log if record.levelno >= logging.ERROR]
    if broken:
        cause = broken[0].exc_info[1] if broken[0].exc_info else ""
        raise ScanError(f"{broken[0].getMessage()}: {cause}")
    after = len(resource_registry.get_all_registered_checks()), len(get_graph_checks_registry("terraform").checks)
    if after == loaded and not any(folder.glob("*/*.py")):
        raise ScanError(f"{folder} holds no policies")


def loaded() -> list[Any]:
    """Every check that is registered, each once."""
    one_by_one = [check for registry in _REGISTRIES.values() for _, check in registry.all_checks()]
    found: list[Any] = [*one_by_one, *get_graph_checks_registry("terraform").checks]
    return list({check.id: check for check in found}.values())


def judge_documents(documents: list[Document], only: Sequence[str] = ()) -> Judged:
    """Judge synthesized JSON, by all checks or only those with these ids.

    Raises UnreadableInput if a resource stays unseen.
    """
    definitions = {}
    for document in documents:
        try:
            definitions[str(document.path)] = _decoded(prepare_definition(document.content))
        except Exception as error:
            raise UnreadableInput(f"{document.name}: Checkov cannot read it: {error}") from error
    expected = {
        (str(document.path), kind, f"{type_}.{name}")
        for document in documents
        for kind in _SCANNED_ONE_BY_ONE
        for type_, name in document.blocks(kind)
    }
    return _judge(definitions, expected, "terraform_json", only, something_to_render(documents))


def judge_plan(path: Path, only: Sequence[str] = ()) -> Judged:
    """Judge a plan, as `terraform show -json` writes it, by all checks or only those with these ids.

    Raises UnreadableInput if it is none, or not all was seen.
    """
    plan, text = read_plan(path)
    expected = {(str(path), kind, address) for kind, address in _planned(plan)}
    if not expected and plan.get("resource_changes"):
        return Judged((), 0)  # it destroys everything: nothing is left to check
    errors: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        # A copy of the same document, in the encoding and with the ending that Checkov needs.
        copy = Path(folder) / "plan.json"
        copy.write_text(text, encoding="utf-8")
        # Without it, arguments that are known after apply look as if they were not set.
        with environment(EVAL_TF_PLAN_AFTER_UNKNOWN="true"), silence():
            template, _ = parse_tf_plan(str(copy), errors)
    if not template:
        raise UnreadableInput(f"{path}: Checkov cannot read it: {errors.get(str(copy), 'no resources in it')}")
    _forget_unwritten(template, plan)
    return _judge({str(path): _decoded(_without_nulls(template))}, expected, "terraform_plan", only, False)


def _judge(
    definitions: dict[str, Any], expected: set[tuple[str, str, str]], report: str, only: Sequence[str], render: bool
) -> Judged:
    BaseTerraformCloudsplainingIAMScanner.policy_document_cache.clear()  # keyed by names, which two scans may share
    chosen = RunnerFilter(framework=[report], checks=list(only), show_progress_bar=False)
    verdicts: list[CheckOutcome] = []
    seen: set[tuple[str, str, str]] = set()
    with silence():
        manager = TerraformGraphManager(db_connector=TerraformJsonRunner().db_connector)
        blocks = manager.build_graph_from_definitions(definitions, render_variables=render)
        graph = manager.save_graph(blocks)
        if render:
            definitions = _with_rendered(definitions, blocks)
        for file, template in definitions.items():
            for kind, registry in _REGISTRIES.items():
                for entity in template.get(kind, ()):
                    address, lines = _identity(kind, entity)
                    seen.add((file, kind, _named(address)))
                    for check, result in registry.scan(file, entity, _NOTHING_IN_IT, chosen, report).items():
                        crashed = "check" in result  # only the registry's own answer to an exception has it
                        if crashed or result["result"] in (CheckResult.PASSED, CheckResult.FAILED):
                            details = () if crashed else tuple(check.details)
                            passed = result["result"] == CheckResult.PASSED
                            verdicts.append(_verdict(check, passed, details, file, address, lines, crashed))
        verdicts.extend(_graph_verdicts(graph, chosen, report))
    in_graph = {
        (vertex["file_path_"], vertex["block_type_"], _named(_vertex_address(vertex))) for _, vertex in graph.nodes()
    }
    _all_seen(expected, seen, in_graph)
    return Judged(tuple(verdicts), len(expected))


def _with_rendered(definitions: Mapping[str, Any], graph: TerraformLocalGraph) -> dict[str, Any]:
    """The definitions with their resources as rendered: Checkov's runner for JSON shows those to graph checks alone."""
    rendered, _ = convert_graph_vertices_to_tf_definitions(graph.vertices, "")
    templates = {key.file_path: template for key, template in rendered.items()}
    return {
        file: template | {kind: templates[file][kind] for kind in _SCANNED_ONE_BY_ONE if kind in template}
        for file, template in definitions.items()
    }


def _graph_verdicts(graph: Any, chosen: RunnerFilter, report: str) -> Iterator[CheckOutcome]:
    registry = _graph_checks()
    results = registry.run_checks(graph, chosen, report)
    for check in registry.checks:
        if check not in results and chosen.should_run_check(check, report_type=report):
            yield _verdict(check, False, (), "", "", (0, 0), crashed=True)
    for check, found in results.items():
        for result in found:
            vertex = result["entity"]
            if result["result"] in (CheckResult.PASSED, CheckResult.FAILED):
                yield _verdict(
                    check,
                    result["result"] == CheckResult.PASSED,
                    tuple(vertex.get("details") or ()) if _is_ours(check) else (),
                    vertex["file_path_"],
                    _vertex_address(vertex),
                    _vertex_lines(vertex),
                )


def _graph_checks() -> Any:
    registry = get_graph_checks_registry("terraform")
    if not registry.internal_checks_dir_loaded:
        # The folders of other clouds hold most of the checks, and reading YAML is what takes time.
        registry._load_checks_from_dir(os.path.join(registry.checks_dir, "aws"), False)
    return registry


def _is_ours(check: Any) -> bool:
    return hasattr(check, "rating")


def _verdict(
    check: Any,
    passed: bool,
    details: tuple[str, ...],
    file: str,
    address: str,
    lines: tuple[int, int],
    crashed: bool = False,
) -> CheckOutcome:
    severity = check.severity.name if check.severity else None
    return CheckOutcome(check.id, severity, check.name, check.guideline, passed, details, file, address, lines, crashed)


def _identity(kind: str, entity: Mapping[str, Any]) -> tuple[str, tuple[int, int]]:
    """Address in its module (in the root, for a plan) and lines of one entry of a definition."""
    type_, rest = next(iter(entity.items()))
    if kind in _SCANNED_ONE_BY_ONE:
        name, values = next(iter(rest.items()))
        address = f"{type_}.{name}" if kind == "resource" else f"data.{type_}.{name}"
    else:
        values = rest
        alias = _one(values.get("alias"))
        address = f"module.{type_}" if kind == "module" else ".".join(("provider", type_, *([alias] if alias else ())))
    planned = values.get("__address__")
    if isinstance(planned, str) and kind != "provider":
        address = planned
    return address, (int(_one(values.get(FIRST, 1))), int(_one(values.get(LAST, 1))))


def _vertex_address(vertex: Mapping[str, Any]) -> str:
    kind, name = vertex["block_type_"], vertex["block_name_"]
    if kind == "resource" or kind == "data":
        planned = vertex.get("__address__")
        if isinstance(planned, str) and not vertex["file_path_"].endswith(".tf.json"):
            return planned
        return str(name) if kind == "resource" else f"data.{name}"
    return f"{kind}.{name}" if name else str(kind)


def _vertex_lines(vertex: Mapping[str, Any]) -> tuple[int, int]:
    config = vertex["config_"]
    for part in str(vertex["block_name_"]).split(".", 1):
        config = config.get(part, config)
    config = next(iter(config.values())) if FIRST not in config and len(config) == 1 else config
    config = config[0] if isinstance(config, list) else config
    if not isinstance(config, dict) or FIRST not in config:
        return 1, 1
    return int(_one(config[FIRST])), int(_one(config[LAST]))


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _all_seen(
    expected: set[tuple[str, str, str]], seen: set[tuple[str, str, str]], in_graph: set[tuple[str, str, str]]
) -> None:
    def plain(found: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
        return {(file, kind, address.partition("[")[0]) for file, kind, address in found}

    missed = sorted(plain(expected) - (plain(seen) & plain(in_graph)))
    if missed:
        file, kind, address = missed[0]
        raise UnreadableInput(
            f"Checkov did not see {len(missed)} of {len(expected)} resources, the first is {kind} {address} in {file}"
        )


def _planned(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    forgotten = {
        change["address"]
        for change in plan.get("resource_changes") or ()
        if (change.get("change") or {}).get("actions") == ["forget"]
    }
    modules = [plan["planned_values"].get("root_module")]
    while modules:
        module = modules.pop() or {}
        modules.extend(module.get("child_modules") or ())
        for resource in module.get("resources") or ():
            if resource["address"] not in forgotten:
                kind = "data" if resource.get("mode") == "data" else "resource"
                yield kind, _named(resource["address"])


def _named(address: str) -> str:
    """An address without `data.`: the kind is kept separately."""
    return re.sub(r"(^|\.)data\.", r"\1", address)


def _forget_unwritten(template: Mapping[str, Any], plan: Mapping[str, Any]) -> None:
    """Remove arguments that the configuration does not set, although the provider will set them."""
    written = dict(_written((plan.get("configuration") or {}).get("root_module"), ""))
    for entity in template.get("resource", ()):
        for values in (values for named in entity.values() for values in named.values()):
            arguments = written.get(_INDEX.sub("", str(_one(values.get("__address__")))))
            for name in [key for key, value in values.items() if _after_apply(value)]:
                if arguments is not None and name not in arguments:
                    del values[name]


def _written(module: Mapping[str, Any] | None, prefix: str) -> Iterator[tuple[str, set[str]]]:
    """The arguments set in a module and in those it calls, by the address of the resource."""
    module = module or {}
    for resource in module.get("resources") or ():
        expressions = resource.get("expressions") or {}
        yield prefix + resource["address"], {name for name, expression in expressions.items() if expression != _NULL}
    for name, call in (module.get("module_calls") or {}).items():
        yield from _written(call.get("module"), f"{prefix}module.{name}.")


def _after_apply(value: Any) -> bool:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return bool(value == _AFTER_APPLY)


def _without_nulls(value: Any) -> Any:
    """Checkov's definitions wrap null as `[None]`; a check takes that for a value."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None and item != [None]}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _decoded(value: Any) -> Any:
    """Policies that are written as JSON text, as the objects that checks look into. Statements always in a list."""
    if isinstance(value, dict):
        return {key: _decoded(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) == 1 and isinstance(value[0], str) and value[0].lstrip().startswith("{"):
        try:
            document = json.loads(value[0])
        except ValueError:
            return value
        value = [document]
    if len(value) == 1 and isinstance(value[0], dict) and isinstance(value[0].get("Statement"), dict):
        return [{**value[0], "Statement": [value[0]["Statement"]]}]
    if len(value) == 1 and isinstance(value[0], dict) and "Statement" in value[0]:
        return value
    return [_decoded(item) for item in value]


def stop_without_memory() -> None:
    """From now on, end this process where an expression is refused memory: Checkov would take it for a text."""
    names = vars(evaluate_terraform)
    evaluate = names["evaluate"]

    def checked(text: str) -> Any:
        try:
            return evaluate(text)
        except ValueError as error:
            if MemoryError.__name__ in str(error):
                out_of_memory()
            raise
        except MemoryError:
            out_of_memory()

    names["evaluate"] = checked

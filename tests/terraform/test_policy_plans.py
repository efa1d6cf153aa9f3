"""The plans that policies are tried on are imitations: real plans of the same fixtures are judged alike.

Fixtures say what matters and no more. What Terraform asks for beyond that, required arguments and the resources and
inputs they refer to, is filled in here with anything of the right type.
"""

import copy
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from isthmus.scan import engine as scan
from tests.policies.fixtures import Files
from tests.policies.plans import plan_of
from tests.policies.test_policies import FIXTURES

from .engine import Engine, TerraformFailed
from .engine.double import SchemaDouble
from .test_double import anything

RESOURCE: Final = re.compile(r"(?<![\w.])(aws_\w+)\.([\w-]+)")
INPUT: Final = re.compile(r"\bvar\.([\w-]+)")

REFUSED: Final = {
    ("CKV_ISTHMUS_20", "failing", 1): "random_password",
    ("CKV_ISTHMUS_22", "passing", 2): "Unexpected resource instance key",
    ("CKV_ISTHMUS_22", "failing", 1): "Unexpected resource instance key",
}
"""Fixtures that Terraform does not plan as they stand: another provider's, or with an index where there is no count."""


def completed(files: Files, double: SchemaDouble) -> Files:
    """The same files with all that a core asks for."""
    files = copy.deepcopy(files)
    for document in files.values():
        text = json.dumps(document)
        for kind, name in RESOURCE.findall(text):
            document.setdefault("resource", {}).setdefault(kind, {}).setdefault(name, {})
        for name in INPUT.findall(text):
            document.setdefault("variable", {}).setdefault(name, {"default": "a"})
        for kind, named in document.get("resource", {}).items():
            for body in named.values():
                _complete(double.schema.resource_schemas[kind].block, body)
    return files


def _complete(block: Any, body: dict[str, Any]) -> None:
    for attribute in block.attributes:
        type_ = json.loads(attribute.type)
        if attribute.required and body.get(attribute.name) is None:
            body[attribute.name] = anything(type_)
        match type_:
            case [_, ["object", dict() as fields]]:  # not a block: each of its fields must be said
                for inner in body.get(attribute.name) or ():
                    inner.update({field: None for field in fields if field not in inner})
    for nested in block.block_types:
        if nested.min_items:
            body.setdefault(nested.type_name, [{}])
        given = body.get(nested.type_name)
        for inner in given if isinstance(given, list) else [given]:
            if isinstance(inner, dict):
                _complete(nested.block, inner)


def verdicts(check: str, plan: dict[str, Any], folder: Path) -> list[bool]:
    """Whether each verdict of a check on a plan passed, in no order."""
    (folder / "plan.json").write_text(json.dumps(plan))
    judged = scan.judge_plan(folder / "plan.json", [check])
    return sorted(verdict.passed for verdict in judged.verdicts if verdict.check == check)


@pytest.mark.nightly
@pytest.mark.parametrize("check", FIXTURES)
def test_real_plans_are_judged_as_their_imitations(
    check: str, double_engine: Engine, double: SchemaDouble, tmp_path: Path
) -> None:
    for which in ("passing", "failing"):
        for number, files in enumerate(getattr(FIXTURES[check], which)):
            root, whole = tmp_path / which / "stacks" / str(number), completed(files, double)
            for path, document in whole.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(json.dumps(document))
            if refused := REFUSED.get((check, which, number)):
                with pytest.raises(TerraformFailed, match=refused):
                    double_engine.plan(root)
                continue
            real, imitation = double_engine.plan(root), plan_of(whole)
            assert verdicts(check, real, tmp_path) == verdicts(check, imitation, tmp_path), (which, number)

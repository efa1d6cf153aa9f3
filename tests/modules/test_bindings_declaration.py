"""What a file declares is read from its text."""

import ast
from pathlib import Path

import pytest

from modules.bindings.declaration import declared_submodules

AWS = Path(__file__).parents[2] / "modules/aws.py"


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        ("from provider.vpc import Vpc", {"vpc"}),
        ("from provider.vpc import Vpc as Network, VpcConfig", {"vpc"}),
        ("from provider import vpc, subnet", {"vpc", "subnet"}),
        ("import provider.vpc", {"vpc"}),
        ("import provider.vpc.deeper as deep", {"vpc"}),
        ("if True:\n    from provider.vpc import Vpc", {"vpc"}),
        ("import provider", set()),
        ("from providers.vpc import Vpc", set()),
        ("from .provider.vpc import Vpc", set()),
        ("x = 'from provider.vpc import Vpc'", set()),
    ],
)
def test_import_statements_are_the_declaration(line: str, declared: set[str]) -> None:
    assert declared_submodules(line, "provider") == declared


def test_no_import_of_the_project_s_own_declaration_is_missed() -> None:
    text = AWS.read_text(encoding="utf-8")
    imported = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    declared = {f"cdktf_cdktf_provider_aws.{name}" for name in declared_submodules(text, "cdktf_cdktf_provider_aws")}
    assert declared == imported - {"modules.bindings"}
    assert len(declared) > 40

"""The AWS bindings that modules use: described classes in their place, and Node for the rest of cdktf."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from modules.bindings import describe, stand_ins
from modules.bindings.declaration import declared_submodules
from modules.bindings.describe import DECLARATION, DESCRIBED, UnexpectedLayoutError
from modules.bindings.package import PROVIDER, installed_package

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def package() -> Path:
    found = installed_package()
    assert found is not None
    return found


def test_the_classes_are_described_as_they_are_installed() -> None:
    declared = declared_submodules(DECLARATION.read_text(encoding="utf-8"), PROVIDER)
    assert describe.as_text(package(), describe.describe(package(), declared)) == DESCRIBED.read_text(
        encoding="utf-8"
    ), "run `python -m modules.bindings.describe`"


def test_a_class_that_is_not_described_yet_is_read_from_the_package() -> None:
    result = run(
        "-c",
        "import modules.aws\n"
        "from cdktf_cdktf_provider_aws.security_group_rule import SecurityGroupRule\n"
        "rule = SecurityGroupRule(None, 'a', security_group_id='b', from_port=1, to_port=2, protocol='tcp', type='c',\n"
        "    self_attribute=True)\n"
        "print(rule.address, rule.body['self'])",
    )
    assert (result.stdout, result.stderr) == ("aws_security_group_rule.a True\n", "")


def test_another_version_of_the_package_is_read_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "described.json"
    other.write_text('{"assembly": "provider-aws@1.0.0.jsii.tgz", "submodules": {"subnet": {}}}')
    monkeypatch.setattr(stand_ins, "_DESCRIBED", other)
    assert stand_ins._described.__wrapped__(package()) == {}
    assert "is for provider-aws@1.0.0.jsii.tgz, but another version is installed in" in capsys.readouterr().err


def test_a_class_that_does_not_exist_is_an_ordinary_error() -> None:
    result = run("-c", "import modules.aws\nfrom cdktf_cdktf_provider_aws.nonsense import Nonsense")
    assert result.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'cdktf_cdktf_provider_aws.nonsense'"


def test_bindings_that_were_imported_before_are_an_error() -> None:
    result = run(
        "-c",
        "from modules.bindings.package import skip_initialization\nskip_initialization()\nimport modules.aws",
    )
    assert result.stderr.splitlines()[-1] == (
        "ImportError: cdktf_cdktf_provider_aws was imported before modules.aws: import modules.aws first"
    )


def test_any_other_value_of_the_setting_is_refused() -> None:
    result = run("-c", "import modules.cdk", ISTHMUS_SYNTHESIS="sotck")
    assert result.returncode == 1
    assert result.stderr.startswith("isthmus: ISTHMUS_SYNTHESIS is 'sotck'; write 'structs'")
    assert result.stderr.count("\n") == 1


def test_the_whole_program_needs_no_node_on_path_and_says_nothing(tmp_path: Path) -> None:
    result = run("main.py", PATH="/nonexistent", CDKTF_OUTDIR=str(tmp_path))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "manifest.json").exists()


def test_a_node_that_the_user_names_is_used() -> None:
    result = run("-c", "import modules.constructs", JSII_NODE="/nonexistent/node")
    assert result.returncode == 1
    assert "/nonexistent/node" in result.stderr


PYTHON = """
@jsii.data_type(
    jsii_type="@cdktf/provider-aws.vpc.VpcConfig",
    jsii_struct_bases=[_cdktf_9a9027ec.TerraformMetaArguments],
    name_mapping={"count": "count", "cidr_block": "cidrBlock", "options": "options"},
)
class VpcConfig(_cdktf_9a9027ec.TerraformMetaArguments):
    def __init__(self) -> None:
        self._values: typing.Dict[builtins.str, typing.Any] = {
            "cidr_block": cidr_block,
        }

@jsii.data_type(
    jsii_type="@cdktf/provider-aws.vpc.VpcOptions",
    jsii_struct_bases=[],
    name_mapping={"self_attribute": "selfAttribute"},
)
class VpcOptions:
    def __init__(self) -> None:
        self._values: typing.Dict[builtins.str, typing.Any] = {}
"""
JAVASCRIPT = """
function vpcOptionsToTerraform(struct) {
    if (!cdktf.canInspect(struct)) {
        return struct;
    }
    return {
        self: struct.selfAttribute === undefined ? null : cdktf.booleanToTerraform(struct.selfAttribute),
    };
}
class Vpc extends cdktf.TerraformResource {
    constructor(scope, id, config) {
        this._cidrBlock = config.cidrBlock;
        this._options.internalValue = config.options;
    }
    synthesizeAttributes() {
        return {
            cidr_block: cdktf.stringToTerraform(this._cidrBlock),
            options: cdktf.listMapper(vpcOptionsToTerraform, true)(this._options.internalValue),
        };
    }
}
Vpc.tfResourceType = "aws_vpc";
"""


def write(folder: Path, python: str = PYTHON, javascript: str = JAVASCRIPT, index: str = "vpc") -> Path:
    """A package of one resource, laid out as jsii lays one out."""
    (folder / "_jsii").mkdir(parents=True)
    (folder / "vpc").mkdir()
    (folder / "vpc/__init__.py").write_text(python)
    tree = folder.parent / "tree"
    (tree / "package/lib/vpc").mkdir(parents=True)
    (tree / "package/lib/index.js").write_text(f'exports.vpc = require("./{index}");\n')
    (tree / "package/lib/vpc/index.js").write_text(javascript)
    with tarfile.open(folder / "_jsii/provider-aws@1.0.0.jsii.tgz", "w:gz") as archive:
        archive.add(tree / "package", "package")
    return folder


def test_a_class_is_described_by_its_arguments(tmp_path: Path) -> None:
    assert describe.describe(write(tmp_path / "provider"), ["vpc"]) == {
        "vpc": {
            "Vpc": {
                "base": "Resource",
                "terraform": "aws_vpc",
                "arguments": {"cidr_block": ["cidr_block", "string"], "options": ["options", "list(VpcOptions)"]},
                "required": ["cidr_block"],
            },
            "VpcOptions": {"arguments": {"self_attribute": ["self", "boolean", "null"]}, "required": []},
        }
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"index": "other"}, "has no JavaScript of vpc"),
        ({"javascript": "class Vpc {}"}, "no resource, data source or provider"),
        (
            {"javascript": JAVASCRIPT.replace("synthesizeAttributes", "x")},
            "Vpc has no arguments, type or configuration",
        ),
        ({"javascript": JAVASCRIPT.replace('"aws_vpc"', "1")}, "Vpc has no arguments, type or configuration"),
        (
            {"javascript": JAVASCRIPT.replace("cdktf.stringTo", "cdktf.dateTo")},
            "cannot read the conversion 'cdktf.date",
        ),
        ({"javascript": JAVASCRIPT.replace("(this._cidr", "(other(this._cidr")}, "cannot read the conversion"),
        ({"javascript": JAVASCRIPT.replace("config.cidrBlock", "config.cidr")}, "Python and JavaScript differ in cidr"),
        ({"python": PYTHON.replace('"options": "options"', "")}, "Python and JavaScript differ in options"),
        ({"javascript": JAVASCRIPT.replace("function vpc", "function other")}, "Vpc uses VpcOptions, which has no"),
    ],
)
def test_an_unknown_layout_is_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(UnexpectedLayoutError, match=message):
        describe.describe(write(tmp_path / "provider", **change), ["vpc"])


def test_a_package_without_its_javascript_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "provider")
    tarball = next((folder / "_jsii").iterdir())
    tarball.write_bytes(tarball.read_bytes()[:100])
    with pytest.raises(UnexpectedLayoutError, match=tarball.name):
        describe.describe(folder, ["vpc"])
    tarball.unlink()
    with pytest.raises(UnexpectedLayoutError, match="holds 0 jsii assemblies, expected one"):
        describe.describe(folder, ["vpc"])

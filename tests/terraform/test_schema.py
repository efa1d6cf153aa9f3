"""The schema that is rebuilt from the bindings is the provider's."""

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tfplugin_proto import tfplugin5_5_pb2 as pb

from .engine import Engine, schema
from .engine.bindings import Submodule, UnreadableBindings
from .engine.double import SchemaDouble
from .engine.schema import COMPUTED_WHEN_UNSET, SENSITIVE, installed_schema
from .two_roots import write

SOURCE = """
function hubLogToHclTerraform(struct) {
    const attrs = {
        group: {
            value: cdktf.stringToHclTerraform(struct.group),
            isBlock: false,
            type: "simple",
            storageClassType: "string",
        },
    };
}
class HubLogOutputReference extends cdktf.ComplexObject {
    // used - computed: true, optional: false, required: false
    get used() {
        return this.getBooleanAttribute('used');
    }
}
class Hub extends cdktf.TerraformResource {
    constructor(scope, id, config) {
        // routes - computed: true, optional: false, required: false
        this._routes = new HubLogList(this, "routes", true);
        // log - computed: false, optional: true, required: false
        this._log = new HubLogList(this, "log", false);
    }
    // zones - computed: true, optional: false, required: false
    get zones() {
        return cdktf.Fn.tolist(this.getListAttribute('zones'));
    }
    resetPorts() {
        this._ports = undefined;
    }
    resetLog() {
        this._log.internalValue = undefined;
    }
    synthesizeHclAttributes() {
        const attrs = {
            name: {
                value: cdktf.stringToHclTerraform(this._name),
                isBlock: false,
                type: "simple",
                storageClassType: "string",
            },
            ports: {
                value: cdktf.listMapperHcl(cdktf.numberToHclTerraform, false)(this._ports),
                isBlock: false,
                type: "set",
                storageClassType: "numberList",
            },
            log: {
                value: cdktf.listMapperHcl(hubLogToHclTerraform, true)(this._log.internalValue),
                isBlock: true,
                type: "list",
                storageClassType: "HubLogList",
            },
        };
    }
}
Hub.tfResourceType = "aws_hub";
"""


def test_a_submodule_shows_names_types_and_what_is_required() -> None:
    submodule = Submodule(SOURCE)
    assert (submodule.kind, submodule.type_name) == ("resource", "aws_hub")
    block = submodule.schema().block
    assert {a.name: (json.loads(a.type), a.required, a.optional, a.computed) for a in block.attributes} == {
        "name": ("string", True, False, False),
        "ports": (["set", "number"], False, True, False),
        "routes": (["set", ["object", {"group": "string", "used": "bool"}]], False, False, True),
        "zones": (["set", "string"], False, False, True),
    }
    (log,) = block.block_types
    assert (log.type_name, log.nesting, log.min_items, log.max_items) == ("log", pb.Schema.NestedBlock.LIST, 0, 0)
    assert {a.name: (a.required, a.computed) for a in log.block.attributes} == {
        "group": (True, False),
        "used": (False, True),
    }


@pytest.mark.parametrize(
    ("there", "instead", "message"),
    [
        ("TerraformResource", "TerraformElement", "no resource, data source or provider"),
        ("this.getListAttribute('zones')", "this.zones()", "aws_hub.zones is read by"),
    ],
)
def test_bindings_of_another_make_are_refused(there: str, instead: str, message: str) -> None:
    with pytest.raises(UnreadableBindings, match=message):
        Submodule(SOURCE.replace(there, instead)).schema()


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "provider-aws@1.0.0.jsii.tgz"
    with tarfile.open(package, "w:gz") as tar:
        member = tarfile.TarInfo("package/lib/hub/index.js")
        member.size = len(SOURCE)
        tar.addfile(member, io.BytesIO(SOURCE.encode()))
    monkeypatch.setattr(schema, "_package", lambda: package)
    fresh = installed_schema(tmp_path / "cache")
    assert list(fresh.resource_schemas) == ["aws_hub"]
    (cached,) = (tmp_path / "cache").iterdir()
    cached.write_bytes(b"\xff damaged")
    assert installed_schema(tmp_path / "cache") == fresh
    assert pb.GetProviderSchema.Response.FromString(cached.read_bytes()) == fresh


def test_a_submodule_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    package = tmp_path / "provider-aws@1.0.0.jsii.tgz"
    with tarfile.open(package, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("package/lib/hub/index.js"))
    with pytest.raises(UnreadableBindings, match=r"provider-aws@1\.0\.0\.jsii\.tgz, hub: it defines no resource"):
        schema.read_schema(package)


def test_the_double_has_the_types_and_requirements_of_the_real_provider(
    double: SchemaDouble, real_engine: Engine, tmp_path: Path
) -> None:
    """Not all: the two versions differ, and some dozens of 25,000 arguments changed between them."""
    real = _resource_schemas(real_engine, tmp_path)
    found = Counter(
        verdict
        for kind, block in real.items()
        if kind in double.schema.resource_schemas
        for verdict in _compared(double.schema.resource_schemas[kind].block, block)
    )
    assert found["same type"] > 20_000
    assert found["other type"] < found["same type"] / 1_000
    assert found["other requirement"] < found["same requirement"] / 500
    for kind, names in COMPUTED_WHEN_UNSET.items():
        for name in names:
            assert real[kind]["attributes"][name].items() >= {"optional": True, "computed": True}.items(), name
    for kind, names in SENSITIVE.items():
        for name in names:
            assert real[kind]["attributes"][name]["sensitive"], name


def _resource_schemas(engine: Engine, folder: Path) -> dict[str, dict[str, Any]]:
    """The resource schemas of an engine's provider."""
    document = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
    root = write({"root/cdk.tf.json": document}, folder) / "root"
    with engine.workspace(root) as workspace:
        printed, _ = workspace.core.run(root, workspace.environment, "providers", "schema", "-json")
    (schemas,) = json.loads(printed)["provider_schemas"].values()
    return {kind: described["block"] for kind, described in schemas["resource_schemas"].items()}


def _compared(ours: pb.Schema.Block, expected: dict[str, Any]) -> Iterator[str]:
    """A verdict for the type and for the requirement of each argument that both have."""
    for attribute in ours.attributes:
        their = expected.get("attributes", {}).get(attribute.name)
        if their is not None:
            yield "same type" if json.loads(attribute.type) == their["type"] else "other type"
            yield "same requirement" if attribute.required == their.get("required", False) else "other requirement"
    for nested in ours.block_types:
        if nested.type_name in expected.get("block_types", {}):
            yield from _compared(nested.block, expected["block_types"][nested.type_name]["block"])


def test_described_classes_are_not_taken_for_the_package():
    import modules.aws  # noqa: F401 - puts described classes in the place of the installed package

    assert schema.installed_schema()

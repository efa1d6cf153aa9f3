"""A provider package of three resources, laid out as jsii-pacmak lays one out."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

NAME = "@fake/provider"
TARBALL = "provider@1.0.0.jsii.tgz"
INDEX = """"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.transitGateway = exports.vpc = void 0;
exports.vpc = require("./vpc");
exports.transitGateway = require("./transit-gateway");
exports.attachment = require("./attachment");
"""
CLASS = '''"""A docstring."""

TYPEGUARD_MAJOR_VERSION = int("read from metadata")

def check_type(argname, value, expected_type):
    return TYPEGUARD_MAJOR_VERSION


class {name}:
    """Another."""

    def __init__(self, value: typing.Optional[str]):
        assert isinstance(value, str), "not a string"
        self.value = value

    def fail(self):
        raise RuntimeError("on purpose")


class {name}Options:
    pass


def _typecheckingstub__0123(value: typing.Optional[str]) -> None:
    pass
'''


def assembly() -> dict[str, Any]:
    """An attachment's options mention the transit gateway; nothing mentions the VPC."""
    types = {
        "vpc.Vpc": {"kind": "class", "docs": {"summary": f"see {NAME}.attachment.Attachment"}},
        "transitGateway.TransitGateway": {"kind": "class", "base": "cdktf.TerraformResource"},
        "attachment.Attachment": {
            "kind": "class",
            "docs": {"summary": "prose"},
            "properties": [{"name": "docs", "type": {"fqn": f"{NAME}.attachment.AttachmentOptions"}}],
        },
        "attachment.AttachmentOptions": {
            "kind": "interface",
            "locationInModule": {"filename": "src/index.ts", "line": 1},
            "properties": [{"type": {"collection": {"elementtype": {"fqn": f"{NAME}.transitGateway.TransitGateway"}}}}],
        },
    }
    return {
        "schema": "jsii/0.10.0",
        "name": NAME,
        "version": "1.0.0",
        "readme": {"markdown": "prose"},
        "types": {f"{NAME}.{fqn}": definition for fqn, definition in types.items()},
        "submodules": {f"{NAME}.{name}": {"symbolId": name} for name in ("vpc", "transitGateway", "attachment")},
    }


def write(package: Path, *, jsii: dict[str, Any] | None = None, index: str = INDEX) -> None:
    """Write the package into a new directory."""
    (package / "_jsii").mkdir(parents=True)
    (package / "_jsii/__init__.py").write_text("")
    (package / "__init__.py").write_text("raise AssertionError('the whole package was imported')\n")
    for name, kind in (("vpc", "Vpc"), ("transit_gateway", "TransitGateway"), ("attachment", "Attachment")):
        (package / name).mkdir()
        (package / name / "__init__.py").write_text(CLASS.format(name=kind))
    files = {
        "package/package.json": "{}",
        "package/LICENSE": "a licence",
        "package/.jsii": json.dumps(assembly() if jsii is None else jsii),
        "package/lib/index.js": index,
        "package/lib/vpc/index.js": "globalThis.loaded.push('vpc'); exports.Vpc = class Vpc {};",
        "package/lib/vpc/index.d.ts": "export class Vpc {}",
        "package/lib/transit-gateway/index.js": "globalThis.loaded.push('tgw'); exports.TransitGateway = class {};",
        "package/lib/attachment/index.js": "globalThis.loaded.push('attachment'); exports.Attachment = class {};",
        "package/lib/attachment/structs.js": "",
    }
    with tarfile.open(package / "_jsii" / TARBALL, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))

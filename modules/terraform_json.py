"""The Terraform JSON of every module of an estate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.intent import Estate, S3Backend
from isthmus.intent.name_resolution import shared_services
from modules.direct_connect import direct_connect
from modules.dns import dns
from modules.dns_associations import dns_associations
from modules.egress import egress
from modules.endpoints import endpoints
from modules.firewall import firewall
from modules.hub import hub
from modules.hub_route_tables import HubTables
from modules.logs import logs
from modules.module_calls import STATE, ModuleCall
from modules.module_tests import module_tests
from modules.moves import Naming, moves_between, with_kept_arguments
from modules.observability import observability
from modules.output_folder import canonical_json
from modules.spoke import spoke
from modules.state import state
from modules.vpn import vpn

# Terraform ignores a property `//`: https://developer.hashicorp.com/terraform/language/syntax/json#comment-properties
_GENERATED = "Isthmus generated this file. Change the estate and synthesize again: changes here are lost."


def emit_module(
    estate: Estate, tables: HubTables, root: str, call: ModuleCall, naming: Naming | None
) -> dict[str, str]:
    """The files of one module, path below its folder to text: its Terraform, and its `terraform test` file.

    `naming` is that of an estate with former names: then there may be a file of `moved` blocks too.
    """
    document = _module(estate, tables, root, call)
    files = {}
    if naming is not None:
        marked = _module(naming.marked, naming.marked_tables, root, naming.marked_call(call))
        former = _module(naming.former, naming.former_tables, root, naming.former_call(call))
        document = with_kept_arguments(document, former, naming.renamed(marked))
        if moved := moves_between(naming.renamed(marked)):
            files["moved.tf.json"] = canonical_json({"moved": moved})
    tests = module_tests(estate, tables, root, call, document)
    files |= {
        "main.tf.json": canonical_json({"//": _GENERATED, **document}),
        f"tests/{call.name}.tftest.json": canonical_json(tests),
    }
    return files


def _module(estate: Estate, tables: HubTables, root: str, call: ModuleCall) -> Mapping[str, Any]:
    if call.kind == STATE:
        assert isinstance(estate.backend, S3Backend)
        return state(estate, estate.backend)
    environment = estate.environment(root)
    match call.kind:
        case "logs":
            return logs(estate, environment)
        case "hub":
            return hub(estate, environment, tables)
        case "vpn":
            return vpn(estate, environment, tables)
        case "direct_connect":
            return direct_connect(estate, environment, tables)
        case "firewall":
            return firewall(estate, environment, tables)
        case "egress":
            return egress(estate, environment, tables)
        case "observability":
            return observability(estate, environment)
        case "dns" | "endpoints":
            home = shared_services(estate)
            assert home is not None
            return dns(estate, home) if call.kind == "dns" else endpoints(estate, home)
    wanted = next(s for s in environment.spokes if s.name == call.spoke)
    if call.kind == "resolution":
        home = shared_services(estate)
        assert home is not None
        return dns_associations(estate, environment, home, wanted)
    return spoke(estate, environment, wanted, tables)

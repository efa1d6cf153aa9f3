"""A `terraform test` file for each module. It protects properties of the module from later edits by hand.

The checks come from the intent, and the addresses from the module. They run plans with `mock_provider`, so they need no
account and no credentials: https://developer.hashicorp.com/terraform/language/tests/mocking
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.intent import Estate
from isthmus.intent.name_resolution import shared_services
from modules.hub_route_tables import HubTables
from modules.module_calls import STATE, ModuleCall
from modules.module_tests import common, hub, smaller_modules, vpc
from modules.module_tests.direct_connect import direct_connect
from modules.module_tests.document import Check, Module, test_file


def module_tests(
    estate: Estate, tables: HubTables, root: str, call: ModuleCall, document: Mapping[str, Any]
) -> dict[str, Any]:
    """The test file, in Terraform's JSON syntax, of the module that `call` names and `document` holds."""
    module = Module(document)
    checks = [*_own(estate, tables, root, call, module), *common.checks(estate, module)]
    return test_file(module, checks, hub.data_of(estate, root) if call.kind == "hub" else {})


def _own(estate: Estate, tables: HubTables, root: str, call: ModuleCall, module: Module) -> Iterator[Check]:
    """The checks of one kind of module."""
    if call.kind == STATE:
        return smaller_modules.state(module)
    environment, home = estate.environment(root), shared_services(estate)
    match call.kind:
        case "spoke":
            wanted = next(spoke for spoke in environment.spokes if spoke.name == call.spoke)
            return vpc.spoke(estate, wanted, tables, module)
        case "egress":
            assert environment.egress is not None
            return vpc.egress(estate, environment.egress, tables, module)
        case "hub":
            return hub.hub(estate, tables, module)
        case "vpn":
            return hub.vpn(estate, environment, tables, module)
        case "direct_connect":
            return direct_connect(estate, environment, tables, module)
        case "firewall":
            return smaller_modules.firewall(estate, environment, module)
        case "dns":
            assert home is not None
            return smaller_modules.dns(estate, home, module)
        case "endpoints":
            assert home is not None
            return smaller_modules.endpoints(estate, home, module)
        case "resolution":
            return smaller_modules.resolution(module)
        case "observability":
            return smaller_modules.observability(module)
    return smaller_modules.logs(estate, environment, module)

"""Root modules: one environment each, with its providers, its backend, the calls of its modules, and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.intent import Account, Environment, Estate, S3Backend, Spoke
from modules.aws import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from modules.backend import keep_state, local_path, remote_state
from modules.cdk import (
    App,
    LocalBackend,
    Stack,
    TerraformHclModule,
    TerraformModuleProvider,
    TerraformOutput,
    TerraformRemoteState,
)
from modules.hub import FLOW_LOGS_ROLE_ARN, GATEWAY_ID, LOG_KEY_ARN, table_id
from modules.logs import KEY_ARN
from modules.naming import identifier
from modules.provider import HUB, deployment_role_arn, join_role_arn, required_version
from modules.spoke import shares_hub_account
from modules.spoke import tables_used as tables_of_spoke
from modules.tables import HubTables
from modules.vpn import tables_used as tables_of_vpn

# The root of the state bucket, for estates that keep their states there.
STATE = "state"


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """A module of a root: its folder and Terraform name, and what of the intent it is made from."""

    name: str
    kind: str
    spoke: str | None = None


def module_calls(environment: Environment) -> tuple[ModuleCall, ...]:
    """The modules of an environment's root, in the order in which they are called."""
    calls = [ModuleCall("logs", "logs")]
    if environment.hub:
        calls.append(ModuleCall("hub", "hub"))
    if environment.vpn_connections:
        calls.append(ModuleCall("vpn", "vpn"))
    names = sorted(spoke.name for spoke in environment.spokes)
    return (*calls, *(ModuleCall(f"spoke_{identifier(name)}", "spoke", name) for name in names))


def environment_root(app: App, estate: Estate, environment: Environment, tables: HubTables) -> Stack:
    """The root module of an environment."""
    return _Root(app, estate, environment, tables).stack


def state_root(app: App, estate: Estate, backend: S3Backend) -> Stack:
    """The root that makes the state bucket. Its own state is a file: there is no bucket before it."""
    stack = Stack(app, STATE)
    LocalBackend(stack, path=local_path(STATE))
    _require_aws(stack, ">= 5.100, < 7")
    account = estate.account(backend.account)
    _provider(stack, estate, account, region=backend.region or estate.region, tags=_tags(estate, STATE, {}))
    call = _call(stack, "state", {})
    for output in ("bucket", "key_arn"):
        stack.add(TerraformOutput, output, value=stack.ref(call, output))
    return stack


class _Root:
    def __init__(self, app: App, estate: Estate, environment: Environment, tables: HubTables) -> None:
        self.estate, self.environment, self.tables = estate, environment, tables
        self.stack = Stack(app, environment.name)
        self.hub_apart = bool(environment.spokes) and not shares_hub_account(estate, environment)
        self.hub_aliases: dict[str, AwsProvider] = {}
        self.remote: TerraformRemoteState | None = None
        self.calls: dict[str, TerraformHclModule] = {}
        keep_state(self.stack, estate, environment)
        _require_aws(self.stack, required_version(environment))
        self.tags = _tags(estate, environment.name, environment.tags)
        _provider(self.stack, estate, estate.account(environment.account), region=estate.region, tags=self.tags)
        for call in module_calls(environment):
            getattr(self, f"_{call.kind}")(call)

    def _logs(self, call: ModuleCall) -> None:
        self.calls["logs"] = _call(self.stack, call.name, {})

    def _hub(self, call: ModuleCall) -> None:
        made = self.calls["hub"] = _call(self.stack, call.name, self._log_inputs())
        self._output(GATEWAY_ID, self.stack.ref(made, GATEWAY_ID), "The transit gateway")
        for table in self.tables.all:
            self._output(table_id(table.key), self.stack.ref(made, table_id(table.key)), f"Route table {table.name}")

    def _vpn(self, call: ModuleCall) -> None:
        inputs = self._hub_inputs(tables_of_vpn(self.environment, self.tables))
        made = _call(self.stack, call.name, inputs | {LOG_KEY_ARN: self._log_inputs()[LOG_KEY_ARN]})
        for connection in sorted(self.environment.vpn_connections, key=lambda connection: connection.name):
            name = identifier(connection.name)
            for output in ("transit_gateway_attachment_id", "preshared_key_arn", "tunnel1_address", "tunnel2_address"):
                self._output(f"{output}_{name}", self.stack.ref(made, f"{output}_{name}"), f"Of {connection.name}")

    def _spoke(self, call: ModuleCall) -> None:
        wanted = next(spoke for spoke in self.environment.spokes if spoke.name == call.spoke)
        inputs = self._hub_inputs(tables_of_spoke(wanted, self.tables)) | self._log_inputs()
        made = _call(self.stack, call.name, inputs, hub=self._hub_alias(wanted) if self.hub_apart else None)
        name = identifier(wanted.name)
        for output in ("vpc_id", "transit_gateway_attachment_id"):
            self._output(f"{output}_{name}", self.stack.ref(made, output), f"Of spoke {wanted.name}")
        self._output(
            f"private_subnet_ids_{name}", self.stack.ref(made, "private_subnet_ids"), f"Of spoke {wanted.name}, by name"
        )

    # --- what modules are given --------------------------------------------------------------------------------------

    def _log_inputs(self) -> dict[str, str]:
        logs = self.calls["logs"]
        return {
            LOG_KEY_ARN: self.stack.ref(logs, KEY_ARN),
            FLOW_LOGS_ROLE_ARN: self.stack.ref(logs, FLOW_LOGS_ROLE_ARN),
        }

    def _hub_inputs(self, keys: list[str]) -> dict[str, str]:
        """The gateway and route tables, from the hub's module here or from the outputs of its root."""
        names = [GATEWAY_ID, *(table_id(key) for key in keys)]
        if hub := self.calls.get("hub"):
            return {name: self.stack.ref(hub, name) for name in names}
        return {name: self.stack.ref(self._hub_outputs(), f"outputs.{name}") for name in names}

    def _hub_outputs(self) -> TerraformRemoteState:
        if self.remote is None:
            self.remote = remote_state(self.stack, self.estate, self.environment, self.estate.hub_environment)
        return self.remote

    def _hub_alias(self, wanted: Spoke) -> AwsProvider:
        """The provider of the hub's account, under the role that may join the spoke's segment and no other."""
        segment = self.estate.segment(wanted.segment).name
        if segment not in self.hub_aliases:
            account = self.estate.account(self.estate.hub_environment.account)
            self.hub_aliases[segment] = _provider(
                self.stack,
                self.estate,
                account,
                region=self.estate.region,
                tags=self.tags,
                alias=f"{HUB}_{identifier(segment)}",
                roles=[
                    deployment_role_arn(self.estate, self.estate.account(self.environment.account)),
                    join_role_arn(self.estate, segment),
                ],
            )
        return self.hub_aliases[segment]

    def _output(self, name: str, value: Any, description: str) -> None:
        self.stack.add(TerraformOutput, name, value=value, description=description)


def _require_aws(stack: Stack, version: str) -> None:
    stack.add_override("terraform.required_providers.aws", {"source": "hashicorp/aws", "version": version})


def _tags(estate: Estate, environment: str, own: Mapping[str, str]) -> dict[str, str]:
    ownership = {"isthmus:estate": estate.name, "isthmus:environment": environment}
    return {**ownership, **estate.tags, **own}


def _provider(
    stack: Stack,
    estate: Estate,
    account: Account,
    *,
    region: str,
    tags: Mapping[str, str],
    alias: str | None = None,
    roles: list[str | None] | None = None,
) -> AwsProvider:
    """A provider bound to one account: with credentials of another one, nothing is touched.

    Several roles are assumed one after the other.
    """
    assumed = [AwsProviderAssumeRole(role_arn=role) for role in roles or [deployment_role_arn(estate, account)] if role]
    return AwsProvider(
        stack,
        f"provider_{alias or 'default'}",
        region=region,
        alias=alias,
        allowed_account_ids=[account.id],
        assume_role=assumed or None,
        default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
    )


def _call(stack: Stack, name: str, inputs: Mapping[str, Any], hub: AwsProvider | None = None) -> TerraformHclModule:
    return stack.add(
        TerraformHclModule,
        name,
        source=f"./modules/{name}",
        skip_asset_creation_from_local_modules=True,
        variables=dict(inputs),
        providers=[TerraformModuleProvider(provider=hub, module_alias=HUB)] if hub else None,
    )

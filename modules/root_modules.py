"""Root modules, one for each environment: providers, backend, module calls and outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from isthmus.intent import Account, Environment, Estate, Inspection, S3Backend, Segment, SharedBy, Spoke
from isthmus.intent.addressing import Tier, subnet_name, tiers_in
from isthmus.intent.model import name_of
from isthmus.intent.name_resolution import SharedServices, shared_services
from modules.aws import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from modules.backend import configure_backend, local_path, remote_state
from modules.constructs import (
    App,
    LocalBackend,
    Stack,
    TerraformHclModule,
    TerraformModuleProvider,
    TerraformOutput,
    TerraformProvider,
    TerraformRemoteState,
)
from modules.direct_connect import ATTACHMENT_ID
from modules.direct_connect import outputs_of as outputs_of_direct_connect
from modules.direct_connect import tables_used as tables_of_direct_connect
from modules.dns_associations import dns_inputs, needs_authorization
from modules.dns_interface import AUTHORIZE_ROLE, PROFILE_ID, VPC_ID, dns_outputs, subnet_id
from modules.dns_sharing import authorizes_other_accounts
from modules.egress import tables_used as tables_of_egress
from modules.endpoints import endpoint_outputs
from modules.firewall import endpoint_id
from modules.firewall import subnet_id as firewall_subnet_id
from modules.firewall import tables_used as tables_of_firewall
from modules.hub import FLOW_LOGS_ROLE_ARN, GATEWAY_ID, LOG_KEY_ARN, table_id
from modules.hub_route_tables import EGRESS, HubTables
from modules.logs import KEY_ARN
from modules.module_calls import STATE, ModuleCall, module_calls
from modules.observability import inputs_of
from modules.provider import (
    DNS,
    HUB,
    authorize_role_arn,
    deployment_role_arn,
    egress_role_arn,
    join_role_arn,
    root_version,
)
from modules.spoke import tables_used as tables_of_spoke
from modules.terraform_names import identifier
from modules.vpc import shares_hub_account
from modules.vpn import outputs_of, transports
from modules.vpn import tables_used as tables_of_vpn


def environment_root(app: App, estate: Estate, environment: Environment, tables: HubTables) -> Stack:
    """The root module of an environment."""
    return _Root(app, estate, environment, tables).stack


def state_root(app: App, estate: Estate, backend: S3Backend) -> Stack:
    """The root module that creates the state bucket.

    Its own state is a local file, since the bucket does not exist yet.
    """
    stack = Stack(app, STATE)
    LocalBackend(stack, path=local_path(estate, STATE))
    _require_aws(stack, root_version(estate))
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
        self.hub_apart = not shares_hub_account(estate, environment)
        self.hub_aliases: dict[str, TerraformProvider] = {}
        self.home = shared_services(estate)
        self.dns_alias: TerraformProvider | None = None
        self.remotes: dict[str, TerraformRemoteState] = {}
        self.calls: dict[str, TerraformHclModule] = {}
        configure_backend(self.stack, estate, environment)
        _require_aws(self.stack, root_version(estate, environment))
        self.tags = _tags(estate, environment.name, environment.tags)
        _provider(self.stack, estate, estate.account(environment.account), region=estate.region, tags=self.tags)
        add: dict[str, Callable[[ModuleCall], None]] = {
            "logs": self._logs,
            "hub": self._hub,
            "vpn": self._vpn,
            "direct_connect": self._direct_connect,
            "observability": self._observability,
            "spoke": self._spoke,
            "firewall": self._firewall,
            "egress": self._egress,
            "dns": self._dns,
            "endpoints": self._endpoints,
            "resolution": self._resolution,
        }
        for call in module_calls(estate, environment):
            add[call.kind](call)
        if self.hub_apart:
            self._keep_segment_providers()

    def _logs(self, call: ModuleCall) -> None:
        self.calls["logs"] = _call(self.stack, call.name, {})

    def _hub(self, call: ModuleCall) -> None:
        made = self.calls["hub"] = _call(
            self.stack, call.name, self._log_inputs() if self.estate.hub.existing is None else {}
        )
        self._output(GATEWAY_ID, self.stack.ref(made, GATEWAY_ID), "The transit gateway")
        for table in self.tables.all:
            self._output(table_id(table.key), self.stack.ref(made, table_id(table.key)), f"Route table {table.name}")

    def _vpn(self, call: ModuleCall) -> None:
        inputs = self._hub_inputs(tables_of_vpn(self.environment, self.tables))
        inputs |= {LOG_KEY_ARN: self._log_inputs()[LOG_KEY_ARN]}
        for gateway, name in transports(self.environment).items():
            inputs[name] = self.stack.ref(self.calls["direct_connect"], f"{ATTACHMENT_ID}_{identifier(gateway)}")
        made = self.calls["vpn"] = _call(self.stack, call.name, inputs, after=self._created_first)
        for connection in sorted(self.environment.vpn_connections, key=lambda connection: connection.name):
            name = identifier(connection.name)
            for output in outputs_of(self.estate, connection):
                self._output(
                    f"{output}_{name}", self.stack.ref(made, f"{output}_{name}"), f"VPN connection {connection.name}"
                )

    def _direct_connect(self, call: ModuleCall) -> None:
        inputs = self._hub_inputs(tables_of_direct_connect(self.environment, self.tables))
        made = self.calls["direct_connect"] = _call(self.stack, call.name, inputs, after=self._created_first)
        for name, described in outputs_of_direct_connect(self.environment):
            self._output(name, self.stack.ref(made, name), described)

    def _observability(self, call: ModuleCall) -> None:
        inputs = {
            name: self.stack.ref(self.calls[module], name)
            for module, names in inputs_of(self.environment).items()
            for name in names
        }
        _call(self.stack, call.name, inputs, after=self._created_first)

    def _spoke(self, call: ModuleCall) -> None:
        wanted = next(spoke for spoke in self.environment.spokes if spoke.name == call.spoke)
        inputs = self._hub_inputs(tables_of_spoke(wanted, self.tables)) | self._log_inputs()
        made = self.calls[call.name] = _call(self.stack, call.name, inputs, hub=self._join_alias(wanted))
        name = identifier(wanted.name)
        for output in ("vpc_id", "transit_gateway_attachment_id"):
            self._output(f"{output}_{name}", self.stack.ref(made, output), f"Spoke {wanted.name}")
        self._output(
            f"private_subnet_ids_{name}",
            self.stack.ref(made, "private_subnet_ids"),
            f"Spoke {wanted.name}, by subnet name",
        )

    def _firewall(self, call: ModuleCall) -> None:
        inputs = {LOG_KEY_ARN: self._log_inputs()[LOG_KEY_ARN]}
        if self._inspects_inside:
            names = [VPC_ID, *(firewall_subnet_id(zone) for zone in self._egress_zones)]
            inputs |= {name: f"${{module.egress.{name}}}" for name in names}
        else:
            inputs |= self._hub_inputs(tables_of_firewall(self.estate, self.tables))
        hub = None if self._inspects_inside else self._egress_alias()
        made = self.calls["firewall"] = _call(self.stack, call.name, inputs, after=self._created_first, hub=hub)
        self._output("firewall_arn", self.stack.ref(made, "firewall_arn"), "The firewall")

    def _egress(self, call: ModuleCall) -> None:
        assert self.environment.egress is not None
        inputs = self._hub_inputs(tables_of_egress(self.estate, self.tables)) | self._log_inputs()
        if self._inspects_inside:
            names = [endpoint_id(zone) for zone in self._egress_zones]
            inputs |= {name: f"${{module.firewall.{name}}}" for name in names}
        made = _call(self.stack, call.name, inputs, hub=self._egress_alias())
        name = identifier(self.environment.egress.name)
        for output in ("vpc_id", "transit_gateway_attachment_id", "nat_public_ips"):
            self._output(f"{output}_{name}", self.stack.ref(made, output), f"Egress VPC {self.environment.egress.name}")

    @property
    def _inspects_inside(self) -> bool:
        """Whether the firewall is in the egress VPC. Modules `egress` and `firewall` then use outputs of each other."""
        return self.environment.egress is not None and self.environment.egress.inspection is Inspection.VPC

    @property
    def _egress_zones(self) -> tuple[str, ...]:
        assert self.environment.egress is not None
        return self.estate.zones_of_egress(self.environment.egress)

    def _dns(self, call: ModuleCall) -> None:
        home = self._shared_services
        inputs = self._home_inputs(home, Tier.RESOLVER)
        if home.dns.query_logs:
            inputs[LOG_KEY_ARN] = self._log_inputs()[LOG_KEY_ARN]
        made = self.calls["dns"] = _call(self.stack, call.name, inputs, after=self._created_first)
        for output in (*dns_outputs(home), *(["dns_inbound_addresses"] if home.dns.inbound else [])):
            self._output(output, self.stack.ref(made, output), "Hybrid DNS")

    def _endpoints(self, call: ModuleCall) -> None:
        home = self._shared_services
        inputs = self._home_inputs(home, Tier.ENDPOINTS)
        if home.dns.shared_by is SharedBy.PROFILE:
            inputs[PROFILE_ID] = self.stack.ref(self.calls["dns"], PROFILE_ID)
        if authorizes_other_accounts(self.estate, home):
            inputs[AUTHORIZE_ROLE] = self.stack.ref(self.calls["dns"], AUTHORIZE_ROLE)
        made = self.calls["endpoints"] = _call(self.stack, call.name, inputs)
        for output in (*endpoint_outputs(self.estate, home), "endpoint_ids"):
            self._output(output, self.stack.ref(made, output), "Central interface endpoints")

    def _resolution(self, call: ModuleCall) -> None:
        home = self._shared_services
        wanted = next(spoke for spoke in self.environment.spokes if spoke.name == call.spoke)
        inputs = {VPC_ID: self.stack.ref(self.calls[f"spoke_{identifier(wanted.name)}"], VPC_ID)}
        here = home.environment.name == self.environment.name
        of_endpoints = endpoint_outputs(self.estate, home)
        for name in dns_inputs(self.estate, home, wanted):
            made = self.calls["endpoints" if name in of_endpoints else "dns"] if here else None
            inputs[name] = (
                self.stack.ref(made, name)
                if made is not None
                else self.stack.ref(self._outputs_of(home.environment), f"outputs.{name}")
            )
        _call(self.stack, call.name, inputs, dns=self._dns_alias(home))

    @property
    def _created_first(self) -> list[TerraformHclModule]:
        """The modules to create before resources that AWS overwrites without an error if their name is taken.

        These resources are alarms, dashboards, topics and log resource policies. The role and the key alias of module
        `logs` are named for the same estate, environment and Region, and AWS refuses a second one of the same name. So
        if two estates have one name, the second apply fails before it overwrites resources of the first.
        https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
        https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
        """
        return [self.calls["logs"]]

    @property
    def _shared_services(self) -> SharedServices:
        assert self.home is not None
        return self.home

    # --- inputs of modules --------------------------------------------------------------------------------------

    def _log_inputs(self) -> dict[str, str]:
        logs = self.calls["logs"]
        return {
            LOG_KEY_ARN: self.stack.ref(logs, KEY_ARN),
            FLOW_LOGS_ROLE_ARN: self.stack.ref(logs, FLOW_LOGS_ROLE_ARN),
        }

    def _hub_inputs(self, keys: list[str]) -> dict[str, str]:
        """The transit gateway and route tables, from module `hub` here or from the outputs of the hub's root."""
        names = [GATEWAY_ID, *(table_id(key) for key in keys)]
        if hub := self.calls.get("hub"):
            return {name: self.stack.ref(hub, name) for name in names}
        remote = self._outputs_of(self.estate.hub_environment)
        return {name: self.stack.ref(remote, f"outputs.{name}") for name in names}

    def _outputs_of(self, producer: Environment) -> TerraformRemoteState:
        if producer.name not in self.remotes:
            self.remotes[producer.name] = remote_state(self.stack, self.estate, self.environment, producer)
        return self.remotes[producer.name]

    def _home_inputs(self, home: SharedServices, tier: Tier) -> dict[str, str]:
        """The shared services VPC, and its subnets of a tier if it has that tier."""
        made = self.calls[f"spoke_{identifier(home.spoke.name)}"]
        zones = self.estate.zones_of(home.spoke) if tier in tiers_in(self.estate, home.spoke) else ()
        return {
            name: self.stack.ref(made, name) for name in (VPC_ID, *(subnet_id(subnet_name(tier, z)) for z in zones))
        }

    def _dns_alias(self, home: SharedServices) -> TerraformProvider | None:
        """The provider of the account that owns the private zones.

        None if they need not authorize VPCs of other accounts.
        """
        if not needs_authorization(self.estate, home, self.environment):
            return None
        if self.dns_alias is None:
            account = self.estate.account(home.environment.account)
            self.dns_alias = _provider(
                self.stack,
                self.estate,
                account,
                region=self.estate.region,
                tags=self.tags,
                alias=DNS,
                roles=[
                    deployment_role_arn(self.estate, self.estate.account(self.environment.account)),
                    authorize_role_arn(self.estate, account),
                ],
            )
        return self.dns_alias

    def _join_alias(self, wanted: Spoke) -> TerraformProvider | None:
        """The provider of the hub's account, with the role that may attach VPCs to the spoke's segment only."""
        return self._segment_alias(self.estate.segment(wanted.segment))

    def _segment_alias(self, segment: Segment) -> TerraformProvider | None:
        return self._hub_alias(f"{HUB}_{identifier(segment.name)}", join_role_arn(self.estate, segment))

    def _keep_segment_providers(self) -> None:
        """Keep a provider for every segment that the account may attach to, even if it has no spoke there.

        Terraform destroys a resource with the provider that created it. So the provider must stay when the last spoke
        of a segment is removed. Terraform makes no connection for a provider that no resource uses.
        https://developer.hashicorp.com/terraform/language/providers/configuration
        """
        own = str(name_of(self.environment.account))
        units = {unit.name for unit in self.estate.units}
        for segment in sorted(self.estate.segments, key=lambda segment: segment.name):
            joining = {str(name_of(ref)) for ref in segment.may_be_attached_by}
            if segment.allowed_egress and (own in joining or joining & units):
                self._segment_alias(segment)

    def _egress_alias(self) -> TerraformProvider | None:
        """The provider of the hub's account, with the role that may attach the egress VPC."""
        return self._hub_alias(f"{HUB}__{EGRESS}", egress_role_arn(self.estate))

    def _hub_alias(self, alias: str, role: str) -> TerraformProvider | None:
        """The provider of the hub's account with a role there. None in the hub's own account."""
        if self.hub_apart and alias not in self.hub_aliases:
            self.hub_aliases[alias] = _provider(
                self.stack,
                self.estate,
                self.estate.account(self.estate.hub_environment.account),
                region=self.estate.region,
                tags=self.tags,
                alias=alias,
                roles=[deployment_role_arn(self.estate, self.estate.account(self.environment.account)), role],
            )
        return self.hub_aliases.get(alias)

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
) -> TerraformProvider:
    """A provider for one account. With credentials of another account, Terraform stops before any change.

    Several roles are assumed one after the other (role chaining).
    """
    assumed = [AwsProviderAssumeRole(role_arn=role) for role in roles or [deployment_role_arn(estate, account)] if role]
    return stack.provider(
        AwsProvider,
        f"provider_{alias or 'default'}",
        region=region,
        alias=alias,
        allowed_account_ids=[account.id],
        assume_role=assumed or None,
        default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
    )


def _call(
    stack: Stack,
    name: str,
    inputs: Mapping[str, Any],
    *,
    after: Sequence[TerraformHclModule] = (),
    **aliases: TerraformProvider | None,
) -> TerraformHclModule:
    """A module call, with its providers by the alias that the module uses.

    `after`  modules that Terraform completes before it starts this one
    """
    given = [TerraformModuleProvider(provider=p, module_alias=alias) for alias, p in aliases.items() if p is not None]
    return stack.add(
        TerraformHclModule,
        name,
        source=f"./modules/{name}",
        skip_asset_creation_from_local_modules=True,
        variables=dict(inputs),
        providers=given or None,
        depends_on=after or None,
    )

"""Checks of the modules `hub` and `vpn`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.intent import Environment, Estate, Routing, VpnConnection
from isthmus.intent.model import name_of
from modules.existing_hub import facts
from modules.hub import ram_principals, table_id
from modules.hub_route_tables import HubTables
from modules.module_tests.document import Check, Module, all_of, check, listed, same, text
from modules.terraform_names import identifier

_GATEWAY = "aws_ec2_transit_gateway.this"
_ARN = "arn:aws:ec2:us-east-1:111122223333:transit-gateway/existing"


def data_of(estate: Estate, root: str) -> dict[str, dict[str, Any]]:
    """The attributes of the transit gateway, if it exists already: those that its postconditions demand."""
    if estate.hub.existing is None:
        return {}
    found = {fact.attribute: fact.value for fact in facts(estate, estate.environment(root))}
    return {f"data.{_GATEWAY}": {"id": estate.hub.existing, "arn": _ARN, **found}}


def hub(estate: Estate, tables: HubTables, module: Module) -> Iterator[Check]:
    """The checks of `hub`."""
    if estate.hub.existing is None:
        yield from _created(estate)
    else:
        yield from _existing(estate)
    gateway = _GATEWAY if estate.hub.existing is None else f"data.{_GATEWAY}"
    blackholes = [
        (f"aws_ec2_transit_gateway_route.{table.key}_blackhole_{name}", table.key, cidr)
        for table in tables.all
        for name, cidr in table.blackholes
    ]
    if blackholes:
        yield check(
            "a_default_route_carries_nothing_between_spokes",
            *(
                (
                    f'{address}.blackhole && {address}.destination_cidr_block == "{cidr}" && '
                    f"{address}.transit_gateway_route_table_id == aws_ec2_transit_gateway_route_table.{table}.id",
                    f"Table {table} has no blackhole route for {cidr}.",
                )
                for address, table, cidr in blackholes
            ),
        )
    if module.addresses("aws_ram_principal_association"):
        shared_with = text(principal for _, principal in ram_principals(estate, estate.hub.share_with))
        yield check(
            "the_gateway_is_shared_as_the_intent_says",
            (
                same(f"{module.all('aws_ram_principal_association')}[*].principal", shared_with),
                "The transit gateway is shared with other principals than the intent names.",
            ),
            (
                same(
                    f"{module.all('aws_ram_resource_association')}[*].resource_arn",
                    listed([f"{gateway}.arn"]),
                ),
                "Another resource than the transit gateway is shared.",
            ),
        )
    roles = module.addresses("aws_iam_role_policy", "join_")
    if roles:
        yield check(
            "a_segment_role_changes_only_its_segment",
            *((_narrow(address), f"{address} allows changes of other segments.") for address in roles),
        )


def _created(estate: Estate) -> Iterator[Check]:
    off = ("auto_accept_shared_attachments", "default_route_table_association", "default_route_table_propagation")
    yield check(
        "nothing_is_reachable_by_default",
        *((f'{_GATEWAY}.{switch} == "disable"', f"The transit gateway has {switch} enabled.") for switch in off),
    )
    yield check(
        "the_gateway_has_its_asn",
        (
            f'tostring({_GATEWAY}.amazon_side_asn) == "{estate.hub.asn}"',
            f"The ASN of the transit gateway is not {estate.hub.asn}.",
        ),
    )
    yield check(
        "the_gateways_traffic_is_logged",
        (f"aws_flow_log.this.transit_gateway_id == {_GATEWAY}.id", "The flow log is not for the transit gateway."),
    )


def _existing(estate: Estate) -> Iterator[Check]:
    yield check(
        "nothing_of_the_existing_gateway_is_changed",
        (
            f'data.{_GATEWAY}.id == "{estate.hub.existing}"',
            f"Another transit gateway is used than {estate.hub.existing}.",
        ),
    )


def _narrow(address: str) -> str:
    """Statements on all resources are read-only. Statements on all attachments need a condition, or are `Accept`."""
    reads = 'startswith(action, "ec2:Describe") || startswith(action, "ec2:Get")'
    harmless = f'statement.Sid == "Accept" || can(statement.Condition) || {all_of("action", _ACTIONS, reads)}'
    broad = 'anytrue([for resource in flatten([statement.Resource]) : endswith(resource, "*")])'
    return all_of("statement", f"jsondecode({address}.policy).Statement", f"!{broad} || {harmless}")


_ACTIONS = "flatten([statement.Action])"


def vpn(estate: Estate, environment: Environment, tables: HubTables, module: Module) -> Iterator[Check]:
    """The checks of `vpn`."""
    connections = sorted(environment.vpn_connections, key=lambda connection: connection.name)
    made = module.all("aws_vpn_connection")
    keyed = [c for c in connections if estate.customer_gateway(c.customer_gateway)[1].certificate_arn is None]
    if keyed:
        yield check(
            "pre_shared_keys_are_in_secrets_manager",
            (
                all_of(
                    "connection",
                    listed(f"aws_vpn_connection.{identifier(connection.name)}" for connection in keyed),
                    'connection.preshared_key_storage == "SecretsManager"',
                ),
                "The state would hold a pre-shared key.",
            ),
        )
    yield check("tunnels_allow_only_the_cryptography_of_the_intent", *_cryptography(connections, made))
    yield check(
        "every_tunnel_has_its_own_inside_addresses",
        (
            f"length(distinct(concat({made}[*].tunnel1_inside_cidr, {made}[*].tunnel2_inside_cidr)))"
            f" == {2 * len(connections)}",
            "Two tunnels have the same inside addresses.",
        ),
    )
    logged = " && ".join(f"connection.tunnel{n}_log_options[0].cloudwatch_log_options[0].log_enabled" for n in (1, 2))
    yield check("every_tunnel_is_logged", (all_of("connection", made, logged), "A tunnel has no log."))
    yield check(
        "connections_use_their_customer_gateways",
        *(
            (
                f"aws_vpn_connection.{identifier(connection.name)}.customer_gateway_id"
                f" == aws_customer_gateway.{identifier(name_of(connection.customer_gateway))}.id"
                f" && aws_customer_gateway.{identifier(name_of(connection.customer_gateway))}.ip_address"
                f' == "{gateway.ip_address}"',
                f"{connection.name} does not use the customer gateway with address {gateway.ip_address}.",
            )
            for connection in connections
            if (gateway := estate.customer_gateway(connection.customer_gateway)[1]).ip_address is not None
        ),
    )
    yield check(
        "connections_follow_their_segments",
        *(_place(connection, tables, module) for connection in connections),
    )


def _cryptography(connections: list[VpnConnection], made: str) -> Iterator[tuple[str, str]]:
    options = (
        "ike_versions",
        "phase1_encryption_algorithms",
        "phase1_integrity_algorithms",
        "phase1_dh_group_numbers",
        "phase2_encryption_algorithms",
        "phase2_integrity_algorithms",
        "phase2_dh_group_numbers",
    )
    for option in options:
        meant = {str(value) for c in connections for tunnel in c.tunnels for value in getattr(tunnel, option)}
        taken = " ,".join(f"[for c in {made} : [for value in c.tunnel{n}_{option} : tostring(value)]]" for n in (1, 2))
        yield (
            f"length(setsubtract(flatten([{taken}]), {text(sorted(meant))})) == 0",
            f"A tunnel allows other {option.replace('_', ' ')} than {', '.join(sorted(meant))}.",
        )


def _place(connection: VpnConnection, tables: HubTables, module: Module) -> tuple[str, str]:
    name = identifier(connection.name)
    own = (
        f"aws_ec2_transit_gateway_route_table_association.{name}.transit_gateway_route_table_id"
        f" == var.{table_id(tables.table_of_connection(connection).key)}"
    )
    expected = [table_id(table.key) for table in tables.tables_leading_to(connection)]
    message = f"{connection.name} does not have the association and propagations of its segment."
    if connection.routing is not Routing.BGP:
        return own, message
    propagations = module.all("aws_ec2_transit_gateway_route_table_propagation")
    attachment = f"aws_vpn_connection.{name}.transit_gateway_attachment_id"
    propagated = (
        f"[for p in {propagations} : p.transit_gateway_route_table_id"
        f" if p.transit_gateway_attachment_id == {attachment}]"
    )
    return f"{own} && {same(propagated, listed(f'var.{key}' for key in expected))}", message

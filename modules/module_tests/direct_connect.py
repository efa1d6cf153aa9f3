"""Checks of `direct_connect`."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.intent import DirectConnectGateway, Environment, Estate
from isthmus.intent.allowed_prefixes import allowed_prefixes
from modules.hub import table_id
from modules.hub_route_tables import HubTables
from modules.module_tests.document import Check, Module, all_of, check, listed, same, text
from modules.terraform_names import identifier


def direct_connect(estate: Estate, environment: Environment, tables: HubTables, module: Module) -> Iterator[Check]:
    """The checks of `direct_connect`."""
    gateways = sorted(environment.direct_connect, key=lambda gateway: gateway.name)
    if module.addresses("aws_dx_transit_virtual_interface"):
        interfaces = module.all("aws_dx_transit_virtual_interface")
        yield check(
            "every_virtual_interface_has_its_own_addresses",
            (
                f"length(distinct({interfaces}[*].customer_address)) == length({interfaces})",
                "Two virtual interfaces have the same address.",
            ),
        )
        allowed = sorted({i.mtu for gateway in gateways for i in gateway.virtual_interfaces if i.hosted is None})
        yield check(
            "virtual_interfaces_have_the_mtu_of_the_intent",
            (
                all_of("interface", interfaces, f"contains([{', '.join(map(str, allowed))}], interface.mtu)"),
                "A virtual interface has another MTU than the intent.",
            ),
        )
    yield check(
        "aws_advertises_the_allowed_prefixes_of_the_intent",
        *(
            (
                same(
                    f"aws_dx_gateway_association.{identifier(gateway.name)}.allowed_prefixes",
                    text(list(allowed_prefixes(estate, gateway))),
                ),
                f"AWS does not advertise the prefixes of the intent over {gateway.name}.",
            )
            for gateway in gateways
        ),
    )
    placed = [gateway for gateway in gateways if not estate.private_vpns(gateway)]
    if not placed:
        return
    yield check("gateways_follow_their_segments", *(_place(gateway, tables, module) for gateway in placed))


def _place(gateway: DirectConnectGateway, tables: HubTables, module: Module) -> tuple[str, str]:
    name = identifier(gateway.name)
    own = (
        f"aws_ec2_transit_gateway_route_table_association.{name}.transit_gateway_route_table_id"
        f" == var.{table_id(tables.table_of_connection(gateway).key)}"
    )
    propagations = module.all("aws_ec2_transit_gateway_route_table_propagation")
    attachment = f"aws_dx_gateway_association.{name}.transit_gateway_attachment_id"
    propagated = (
        f"[for p in {propagations} : p.transit_gateway_route_table_id"
        f" if p.transit_gateway_attachment_id == {attachment}]"
    )
    expected = listed(f"var.{table_id(table.key)}" for table in tables.tables_leading_to(gateway))
    message = f"{gateway.name} does not have the association and propagations of its segment."
    return f"{own} && {same(propagated, expected)}", message

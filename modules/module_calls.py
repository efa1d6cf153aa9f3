"""The modules that each root module calls, and the roots whose outputs it reads. Depends on the intent only."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.intent import Environment, Estate
from isthmus.intent.name_resolution import served_in, shared_services
from modules.terraform_names import identifier

# The root of the state bucket, for estates with an S3 backend.
STATE = "state"


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One module call of a root.

    name   its folder and Terraform name
    kind   the kind of module: `hub`, `spoke`, ...
    spoke  the spoke that it is made from, if any
    """

    name: str
    kind: str
    spoke: str | None = None


def module_calls(estate: Estate, environment: Environment) -> tuple[ModuleCall, ...]:
    """The modules of an environment's root, in the order in which they are called."""
    calls = [ModuleCall("logs", "logs")]
    if environment.hub:
        calls.append(ModuleCall("hub", "hub"))
    if environment.direct_connect:
        calls.append(ModuleCall("direct_connect", "direct_connect"))
    if environment.vpn_connections:
        calls.append(ModuleCall("vpn", "vpn"))
    if environment.egress is not None:
        if environment.egress.inspection.is_network_firewall:
            calls.append(ModuleCall("firewall", "firewall"))
        calls.append(ModuleCall("egress", "egress"))
    if environment.observability is not None:
        calls.append(ModuleCall("observability", "observability"))
    names = sorted(spoke.name for spoke in environment.spokes)
    calls += [ModuleCall(f"spoke_{identifier(name)}", "spoke", name) for name in names]
    if environment.dns is not None:
        calls.append(ModuleCall("dns", "dns"))
    if environment.endpoints is not None:
        calls.append(ModuleCall("endpoints", "endpoints"))
    if (home := shared_services(estate)) is not None:
        names = sorted(spoke.name for spoke in served_in(estate, home, environment))
        calls += [ModuleCall(f"resolution_{identifier(name)}", "resolution", name) for name in names]
    return tuple(calls)


def roots_read(estate: Estate, environment: Environment) -> tuple[str, ...]:
    """The roots whose outputs an environment's root reads: the hub's root, and the root with hybrid DNS."""
    names = {estate.hub_environment.name}
    home = shared_services(estate)
    if home is not None and any(served_in(estate, home, environment)):
        names.add(home.environment.name)
    return tuple(sorted(names - {environment.name}))

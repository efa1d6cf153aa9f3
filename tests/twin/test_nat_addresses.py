"""A host of a lab does not have the address of a NAT gateway, which accepts no connections."""

import json

from examples.stage_8_overlapping_ranges import estate
from isthmus.lab.output_text import read_network
from isthmus.lab.routers import Routers
from modules.synthesis import synthesize


def without_load_balancers(text: str) -> str:
    """A file without what the lab does not play."""
    document = json.loads(text)
    for name in [name for name in document.get("resource", {}) if name.startswith("aws_lb")]:
        del document["resource"][name]
    return json.dumps(document)


def test_no_host_has_the_address_that_a_nat_gateway_states() -> None:
    files = {
        path: without_load_balancers(text) if path.endswith(".tf.json") else text
        for path, text in synthesize(estate).items()
    }
    region, sites = read_network(files)
    stated = set(region.nat_addresses.values())
    hosts = {host.ip for host in Routers(region, sites).wiring.hosts}
    assert len(stated) == 3
    assert not stated & hosts

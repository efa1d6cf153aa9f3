"""The hand-over sheet of a site has the addresses of spokes with a routable CIDR that reach the site."""

from __future__ import annotations

from dataclasses import replace

from examples.stage_8_overlapping_ranges import estate
from isthmus.report.routable_sheet import routable_lines
from modules.synthesis import synthesize

(SITE,) = estate.sites


def test_every_address_is_one_of_the_terraform() -> None:
    text = "\n".join(routable_lines(estate, SITE))
    module = synthesize(estate)["stacks/acquired/modules/spoke_erp/main.tf.json"]
    addresses = ["10.1.240.4", "10.1.240.20", "10.1.240.52", "10.1.240.5", "10.1.240.21", "10.1.240.53"]
    for address in addresses:
        assert f'"{address}"' in module
    sources, targets = ", ".join(addresses[:3]), ", ".join(addresses[3:])
    assert f"| erp | {sources} | orders | tcp/443 of {targets} | servers, users |" in text


def test_a_site_that_the_spoke_does_not_reach_has_no_section() -> None:
    assert not list(routable_lines(estate, replace(SITE, name="other")))

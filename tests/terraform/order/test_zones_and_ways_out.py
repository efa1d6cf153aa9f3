"""What used a thing lets go of it before it is destroyed."""

from dataclasses import replace

import pytest

from isthmus.intent import Egress, Estate
from tests.terraform.engine import TerraformFailed

from .conftest import Begin, before
from .estates import EGRESS, SHARED, WEB, ZONES, central, named, plain


def test_an_attachment_leaves_a_subnet_before_it_goes(begin: Begin) -> None:
    life = begin(plain())
    done = life.change(plain(replace(WEB, zones=ZONES[:2])))
    assert before(done, "update aws_ec2_transit_gateway_vpc_attachment", "destroy aws_subnet infra-web-transit-gateway")
    assert before(done, "update aws_vpc_endpoint", "destroy aws_route_table infra-web-private")


def test_routes_leave_a_nat_gateway_before_it_goes(begin: Begin) -> None:
    life = begin(plain())
    done = life.change(plain(replace(WEB, egress=Egress.ON_PREMISES)))
    assert before(done, "update aws_route ", "destroy aws_nat_gateway")


def test_routes_of_other_zones_leave_a_nat_gateway_before_it_goes(begin: Begin) -> None:
    life = begin(plain())
    done = life.change(plain(replace(WEB, nat_zones=ZONES[1:2])))
    assert before(done, "update aws_route ", "destroy aws_nat_gateway")


def test_endpoints_leave_a_subnet_before_it_goes(begin: Begin) -> None:
    life = begin(named())
    done = life.change(named(replace(SHARED, zones=ZONES[:2])))
    assert before(done, "update aws_route53_resolver_endpoint", "destroy aws_subnet infra-shared-resolver")
    assert before(done, "update aws_vpc_endpoint infra-shared-ssm", "destroy aws_subnet infra-shared-endpoints")


def test_a_firewall_leaves_a_subnet_before_it_goes(begin: Begin) -> None:
    web = replace(WEB, egress=Egress.CENTRAL, zones=ZONES[:2])
    life = begin(central(web))
    done = life.change(central(web, egress=replace(EGRESS, zones=ZONES[:2])))
    assert before(done, "update aws_networkfirewall_firewall", "destroy aws_subnet infra-egress-firewall")


@pytest.mark.parametrize(
    ("was", "becomes", "refused"),
    [
        (plain(), plain(replace(WEB, zones=ZONES[:2])), r"infra-web-\S+ is in use by aws_(ec2_transit|vpc_endpoint)"),
        (plain(), plain(replace(WEB, egress=Egress.ON_PREMISES)), r"aws_nat_gateway \S+ is in use by aws_route "),
        (named(), named(replace(SHARED, zones=ZONES[:2])), r"aws_subnet \S+ is in use by aws_"),
    ],
    ids=["attachment", "routes", "endpoints"],
)
def test_without_the_setting_it_is_refused(begin: Begin, was: Estate, becomes: Estate, refused: str) -> None:
    life = begin(was, lambda text: text.replace('"create_before_destroy": true', '"create_before_destroy": false'))
    with pytest.raises(TerraformFailed, match=refused):
        life.change(becomes)

"""Module `observability`: alarms, their actions, the dashboard, Network Manager."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from isthmus.intent import Estate, Observability
from isthmus.testing.strategies import estates
from modules.direct_connect import direct_connect
from modules.hub_route_tables import HubTables
from modules.observability import inputs_of, observability
from modules.vpn import vpn
from tests.modules.synthesized import estate_of

STAGE = "examples.stage_5_resilient_vpn"
TOPIC = "arn:aws:sns:us-east-1:111122223333:network"


def module(**given):
    """The module's document for stage 5, with these settings."""
    estate = estate_of(STAGE)
    wanted = Observability(**{"notify": ["network-team@example.com"], **given})
    environment = replace(estate.environment("network"), observability=wanted)
    return observability(replace(estate, environments=[environment, *estate.environments[1:]]), environment)


def of(document, kind):
    return document.get("resource", {}).get(kind, {})


def alarms(document):
    return {**of(document, "aws_cloudwatch_metric_alarm"), **of(document, "aws_cloudwatch_composite_alarm")}


@settings(max_examples=15)
@given(estates(largest=1))
def test_every_tunnel_connection_and_doubled_site_has_an_alarm_with_an_action(estate: Estate) -> None:
    wanted = Observability(notify=["network-team@example.com", TOPIC])
    environment = replace(estate.hub_environment, observability=wanted)
    document = observability(replace(estate, environments=[environment]), environment)
    watched = [
        alarm["dimensions"] for alarm in of(document, "aws_cloudwatch_metric_alarm").values() if "dimensions" in alarm
    ]
    names = [name_of(connection) for connection in estate.vpn_connections]
    assert sorted(d["VpnId"] for d in watched if "VpnId" in d and "TunnelIpAddress" not in d) == sorted(
        f"${{var.vpn_connection_id_{name}}}" for name in names
    )
    assert sorted(d["TunnelIpAddress"] for d in watched if "TunnelIpAddress" in d) == sorted(
        f"${{var.tunnel{number}_address_{name}}}" for name in names for number in (1, 2)
    )
    interfaces = [interface for gateway in estate.direct_connect for interface in gateway.virtual_interfaces]
    own = [interface for interface in interfaces if (interface.connection or "").startswith("dxcon-")]
    assert sorted(d["VirtualInterfaceId"] for d in watched if "ConnectionId" in d) == sorted(
        f"${{var.virtual_interface_id_{name_of(interface)}}}" for interface in own
    )
    sites = [estate.site_of(connection).name for connection in estate.vpn_connections]
    sites += [estate.site_of(gateway).name for gateway in estate.direct_connect for _ in gateway.virtual_interfaces]
    silent = {
        estate.site_of(gateway).name
        for gateway in estate.direct_connect
        if any(interface not in own for interface in gateway.virtual_interfaces)
    }
    doubled = {site for site in sites if sites.count(site) > 1} - silent
    assert len(of(document, "aws_cloudwatch_composite_alarm")) == len(doubled)
    for alarm in alarms(document).values():
        assert alarm["alarm_actions"] == ["${aws_sns_topic.alarms.arn}", TOPIC]


def name_of(connection):
    return connection.name.replace("-", "_")


@settings(max_examples=15)
@given(estates(largest=1))
def test_every_input_is_an_output_of_its_module(estate: Estate) -> None:
    environment = replace(estate.hub_environment, observability=Observability(notify=["a@example.com"]))
    document = observability(replace(estate, environments=[environment]), environment)
    wanted = inputs_of(environment)
    assert sorted(document.get("variable", {})) == sorted(name for names in wanted.values() for name in names)
    if wanted["vpn"]:
        assert set(wanted["vpn"]) <= set(vpn(estate, environment, HubTables(estate))["output"])
    if wanted["direct_connect"]:
        assert set(wanted["direct_connect"]) <= set(direct_connect(estate, environment, HubTables(estate))["output"])


def test_a_site_is_down_when_direct_connect_and_its_backup_are_down():
    """The alarm of the site names both. Without the virtual interfaces it would go off while packets arrive."""
    estate = estate_of("examples.stage_7_direct_connect")
    document = observability(estate, estate.environment("network"))
    down = of(document, "aws_cloudwatch_metric_alarm")["virtual_interface_infra_dc1_eqdc2"]
    assert (down["namespace"], down["metric_name"]) == ("AWS/DX", "VirtualInterfaceBgpStatus")
    assert down["dimensions"] == {
        "ConnectionId": "dxcon-fexample1",
        "VirtualInterfaceId": "${var.virtual_interface_id_infra_dc1_eqdc2}",
        "IpAddressFamily": "ipv4",
    }
    (site,) = of(document, "aws_cloudwatch_composite_alarm").values()
    assert site["alarm_rule"].count("ALARM(") == 4
    assert (
        site["alarm_description"]
        == "All connections and virtual interfaces to site dc1 are down. The site is unreachable"
    )


@pytest.mark.parametrize(("minutes", "periods"), [(5, 1), (15, 3), (1_440, 288)])
def test_an_alarm_waits_for_the_configured_time(minutes, periods):
    alarm = alarms(module(tunnel_down_for=minutes))["connection_infra_dc1_01"]
    assert alarm["period"] * alarm["evaluation_periods"] == minutes * 60
    assert alarm["datapoints_to_alarm"] == periods


def test_missing_data_is_an_alarm():
    """A connection that was deleted, or whose metrics stopped, is not up."""
    assert {a["treat_missing_data"] for a in of(module(), "aws_cloudwatch_metric_alarm").values()} == {"breaching"}


def test_the_key_and_the_topic_allow_only_alarms_of_this_account():
    document = module()
    key = json.loads(of(document, "aws_kms_key")["this"]["policy"])["Statement"]
    topic = json.loads(of(document, "aws_sns_topic_policy")["alarms"]["policy"])["Statement"]
    used = [s for s in (*key, *topic) if s["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert [s["Action"] for s in used] == [["kms:Decrypt", "kms:GenerateDataKey*"], "sns:Publish"]
    for statement in used:
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
        assert statement["Condition"]["ArnLike"] == {
            "aws:SourceArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:*"
        }
    assert of(document, "aws_sns_topic")["alarms"]["kms_master_key_id"] == "${aws_kms_key.this.arn}"


def test_with_a_given_topic_none_is_created():
    document = module(notify=[TOPIC])
    assert not of(document, "aws_sns_topic")
    assert not of(document, "aws_kms_key")
    assert {tuple(alarm["alarm_actions"]) for alarm in alarms(document).values()} == {(TOPIC,)}
    assert "output" not in document or "alarm_topic_arn" not in document["output"]


def test_the_dashboard_shows_bytes_drops_and_tunnels():
    (dashboard,) = of(module(), "aws_cloudwatch_dashboard").values()
    widgets = json.loads(dashboard["dashboard_body"])["widgets"]
    metrics = [metric for widget in widgets for metric in widget["properties"]["metrics"]]
    shown = {metric[1] for metric in metrics if isinstance(metric[0], str)}
    assert shown == {
        *("BytesIn", "BytesOut", "PacketDropCountBlackhole", "PacketDropCountNoRoute"),
        *("TunnelState", "TunnelDataIn", "TunnelDataOut"),
    }
    searched = [metric[0]["expression"] for metric in metrics if isinstance(metric[0], dict)]
    assert len(searched) == 4
    assert all('TransitGateway="${var.transit_gateway_id}"' in expression for expression in searched)
    places = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(set(places)) == len(places)


def test_network_manager_has_hub_sites_and_devices_unless_disabled():
    document = module()
    assert of(document, "aws_networkmanager_transit_gateway_registration")["this"]["transit_gateway_arn"] == (
        "${var.transit_gateway_arn}"
    )
    assert set(of(document, "aws_networkmanager_site")) == {"dc1"}
    assert set(of(document, "aws_networkmanager_device")) == {"infra_dc1_01", "infra_dc1_02"}
    associations = of(document, "aws_networkmanager_customer_gateway_association")
    assert {a["depends_on"][0] for a in associations.values()} == {
        "aws_networkmanager_transit_gateway_registration.this"
    }
    assert not [kind for kind in module(network_manager=False)["resource"] if "networkmanager" in kind]


def test_a_site_with_coordinates_is_on_the_map():
    estate = estate_of(STAGE)
    placed = replace(estate, sites=[replace(estate.sites[0], coordinates=(50.11, -8.68))])
    (site,) = of(observability(placed, placed.environment("network")), "aws_networkmanager_site").values()
    assert site["location"] == {"latitude": "50.11", "longitude": "-8.68"}


def test_customer_gateways_are_handed_out_with_their_connections():
    """Network Manager refuses a customer gateway without a connection."""
    estate = estate_of(STAGE)
    outputs = vpn(estate, estate.environment("network"), HubTables(estate))["output"]
    assert outputs["customer_gateway_arn_infra_dc1_02"]["depends_on"] == ["aws_vpn_connection.infra_dc1_02"]


def test_drops_of_the_firewall_are_counted_from_its_alert_log():
    estate = estate_of("examples.stage_4_central_egress")
    environment = replace(estate.environment("egress"), observability=Observability(notify=["a@example.com"]))
    document = observability(estate, environment)
    (counter,) = of(document, "aws_cloudwatch_log_metric_filter").values()
    (alarm,) = alarms(document).values()
    assert counter["log_group_name"] == "${var.alert_log_group_name}"
    made = counter["metric_transformation"]
    assert (made["namespace"], made["name"]) == (alarm["namespace"], alarm["metric_name"])
    assert not of(document, "aws_cloudwatch_dashboard")


@pytest.mark.parametrize("drops", [0, 250])
def test_the_firewalls_alarm_goes_off_above_a_number_and_says_when_it_is_over(drops):
    estate = estate_of("examples.stage_4_central_egress")
    wanted = Observability(notify=[TOPIC], firewall_drops_above=drops)
    (alarm,) = alarms(observability(estate, replace(estate.environment("egress"), observability=wanted))).values()
    assert (alarm["statistic"], alarm["comparison_operator"]) == ("Sum", "GreaterThanThreshold")
    assert (alarm["threshold"], alarm["period"]) == (drops, 300)
    assert alarm["alarm_actions"] == alarm["ok_actions"] == [TOPIC]

"""What constructors refuse, and what intent objects are."""

import json
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from ipaddress import IPv4Network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from isthmus.intent import (
    AllowedConnection,
    Egress,
    Environment,
    InvalidArgument,
    LocalBackend,
    Segment,
    Site,
    Spoke,
    Tunnel,
    UnknownSchema,
    VpnConnection,
)
from isthmus.intent.intent_file import from_document, to_document
from isthmus.intent.model import place_of
from tests.intent.network import DEV, SERVICES, WORKLOADS, estate


def refused(make: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(InvalidArgument) as caught:
        make(*args, **given)
    return str(caught.value)


def test_an_unknown_field_is_refused_with_the_one_that_was_meant() -> None:
    text = refused(Spoke, "dev", cidrr="10.1.0.0/20", segment="a", egress=Egress.NONE)
    assert text.startswith('Spoke "dev", tests/intent/test_model.py:')
    assert "cidrr: unknown field; did you mean cidr?" in text
    assert "cidr: missing; Spoke needs it" in text


@pytest.mark.parametrize("field", ["preshared_key", "psk", "tunnel1_preshared_key"])
def test_a_pre_shared_key_is_refused_and_never_shown(field: str) -> None:
    text = refused(Tunnel, **{field: "s3cr3t-value"})
    assert "do not write a pre-shared key" in text
    assert "s3cr3t-value" not in text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cidr": 10}, 'cidr: must be text, got 10; write it in quotes: "10"'),
        ({"egress": "everywhere"}, "got 'everywhere'; write Egress.LOCAL or Egress.ON_PREMISES or Egress.CENTRAL or"),
        ({"egress": "on-premises"}, "got 'on-premises'; write Egress.ON_PREMISES"),
        ({"zones": "use1-az1"}, "got 'use1-az1'; write a list: ['use1-az1']"),
        ({"zones": 3}, "zones: must be a list, got 3; write the value in brackets: [...]"),
        ({"zones": {"use1-az1"}}, "zones: must be a list, got {'use1-az1'}; write [...] instead of {...}"),
        ({"subnets": {"private_az1": 1}}, 'subnets.private_az1: must be text, got 1; write it in quotes: "1"'),
        (
            {"subnets": ["10.1.0.0/23"]},
            "got ['10.1.0.0/23']; write a dict with names: {...: '10.1.0.0/23'}",
        ),
        ({"cidr": IPv4Network("10.1.0.0/20")}, '; write it as text: "10.1.0.0/20"'),
        ({"segment": 5}, "segment: must be a Segment or its name, got 5"),
        ({"segment": Spoke}, "segment: must be a Segment or its name, got the class Spoke"),
        ({"cidr": ["x" * 99]}, f"cidr: must be text, got ['{'x' * 64} ..."),
    ],
)
def test_a_value_of_another_type_is_refused(given: dict[str, Any], message: str) -> None:
    usual = {"cidr": "10.1.0.0/20", "segment": "workloads", "egress": Egress.NONE}
    assert message in refused(Spoke, "dev", **{**usual, **given})


def test_only_the_name_goes_without_a_keyword() -> None:
    make: Any = Spoke
    assert "write field=value for the others" in refused(make, "dev", "10.1.0.0/20")


def test_numbers_are_numbers() -> None:
    text = refused(VpnConnection, "a", customer_gateway="a", number="1", segment="a")
    assert "number: must be a whole number, got '1'; write it without quotes: 1" in text
    assert "number" in refused(VpnConnection, "a", customer_gateway="a", number=True, segment="a")


def test_a_flag_is_true_or_false_and_a_set_is_a_set() -> None:
    text = refused(Segment, "a", isolated="yes", allowed_egress=Egress.NONE)
    assert "isolated: must be True or False, got 'yes'" in text
    assert "; write a set: {Egress.NONE}" in text


NETWORK = Environment("network", account="network")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([NETWORK, None], "environments[1]: must be an Environment, got None"),
        ([(NETWORK,)], 'got a tuple of Environment "network"; write no trailing comma after the object'),
        ([[NETWORK, NETWORK]], 'got a list of Environment "network" and others; write its elements one by one, or a'),
        (["network"], "got 'network'; write Environment(...)"),
        ([SimpleNamespace()], "must be an Environment, got namespace()"),
        ([sys.modules[__name__]], "got the module tests.intent.test_model; write test_model.NETWORK"),
        (NETWORK, 'environments: must be a list, got Environment "network"; write the value in brackets: [...]'),
    ],
)
def test_the_message_about_a_wrong_object_names_the_type_and_how_to_write_it(given: Any, message: str) -> None:
    assert message in refused(replace, estate(), environments=given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([SERVICES, WORKLOADS], "and others; write one of them: this field takes one Segment"),
        ([SERVICES], "write the element without brackets: this field takes one Segment"),
    ],
)
def test_several_where_one_is_taken(given: Any, message: str) -> None:
    assert message in refused(replace, DEV, segment=given)


@pytest.mark.parametrize("given", ["s3", None, LocalBackend])
def test_where_no_backend_is_given_all_of_them_are_named(given: Any) -> None:
    text = refused(replace, estate(), backend=given)
    assert "must be a backend, got " in text
    assert "; write LocalBackend(), S3Backend(...) or HcpTerraform(...)" in text


def test_a_port_has_a_protocol_and_a_pair_is_a_tuple() -> None:
    assert 'ports[0]: must be text, got 443; write the protocol too: "tcp/443"' in refused(
        AllowedConnection, source="a", to="b", ports=[443]
    )
    text = refused(Site, "a", networks={}, customer_gateways=[], coordinates=[1.0, 2.0])
    assert "coordinates: must be a tuple, got [1.0, 2.0]; write (...) instead of [...]" in text


def test_the_name_goes_by_its_name() -> None:
    assert "  name: must be text, got 5" in refused(Segment, 5)


def test_intent_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        DEV.cidr = "10.2.0.0/20"  # type: ignore[misc]
    zones = ["use1-az1"]
    spoke = replace(DEV, zones=zones)
    zones.append("use1-az2")
    assert spoke.zones == ("use1-az1",)


def test_references_are_kept_by_name() -> None:
    lab = Segment("lab")
    assert Spoke("dev", cidr="10.1.0.0/20", segment=lab, egress=Egress.NONE).segment == "lab"
    assert Segment("other", reaches=[lab, "workloads"]).reaches == ("lab", "workloads")


def test_a_place_is_the_line_the_user_wrote() -> None:
    line = sys._getframe().f_lineno
    built = Environment("dev", account="network")
    changed = replace(built, account="prod")
    assert place_of(built) == f"tests/intent/test_model.py:{line + 1}"
    assert place_of(changed) == f"tests/intent/test_model.py:{line + 2}"


def test_what_is_there_by_default_was_built_where_its_owner_was() -> None:
    connection = VpnConnection("dc1-01", customer_gateway="dc1-01", number=1, segment="a")
    assert {place_of(tunnel) for tunnel in connection.tunnels} == {place_of(connection)}


def test_a_place_is_absolute_outside_the_working_directory(tmp_path: Path) -> None:
    code = (
        "from isthmus.intent import Segment; from isthmus.intent.model import place_of; print(place_of(Segment('a')))"
    )
    script = tmp_path / "estate.py"
    script.write_text(code)
    environ = {**os.environ, "PYTHONPATH": os.getcwd()}
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, env=environ)
    assert ran.stdout == f"{script}:1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "has schema None, this release reads 'isthmus-intent/1'"),
        ('{"schema": "isthmus-intent/9"}', "has schema 'isthmus-intent/9'"),
        ('{"schema": "isthmus-intent/1"}', "estate: input should be"),
        (b"\xff\xfe\x00", "is not JSON"),
    ],
)
def test_a_damaged_document_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(UnknownSchema, match="Synthesize again") as caught:
        from_document(text)
    assert message in str(caught.value)


def test_a_damaged_document_says_where() -> None:
    document = to_document(estate())
    document["estate"]["environments"][0]["spokes"][0]["cidr"] = 5
    document["estate"]["environments"][1]["sopkes"] = []
    with pytest.raises(UnknownSchema) as caught:
        from_document(json.dumps(document))
    assert str(caught.value).splitlines() == [
        "intent.json is damaged. Synthesize again.",
        "  estate.environments[0].spokes[0].cidr: input should be a valid string",
        "  estate.environments[1].sopkes: unexpected keyword argument",
    ]


def test_a_document_holds_no_paths_of_this_machine() -> None:
    assert os.getcwd() not in json.dumps(to_document(estate()))

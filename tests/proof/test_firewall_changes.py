"""What firewalls look for inside packets is not evaluated; that it changes is never passed over."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import cli
from isthmus.network.model import Firewall, Network, Unknown
from isthmus.network.suricata import SuricataRule, SuricataRules, listed, managed, unread, written
from isthmus.proof.difference.firewall_changes import firewall_changes
from tests.proof.estates import output, write

NAMES = st.lists(st.sampled_from([".a.example", ".b.example", "c.example"]), unique=True, max_size=3).map(tuple)


def network(*rules: SuricataRule) -> Network:
    policy = SuricataRules("policy", rules, "drop", tuple(rule.address for rule in rules if rule.inside))
    return Network(firewalls={"fw": Firewall("fw", rules=policy)})


@given(NAMES, NAMES, st.booleans())
def test_each_added_or_removed_domain_is_reported_once(
    old: tuple[str, ...], new: tuple[str, ...], passes: bool
) -> None:
    kind = "ALLOWLIST" if passes else "DENYLIST"
    before, after = (network(*listed("list", kind, {"HOME_NET": ((1, 2),)}, names)) for names in (old, new))
    does = "passes" if passes else "drops"
    if old and new:
        assert sorted(firewall_changes(before, after)) == sorted(
            [f"list: it {does} {name} (new)" for name in {*new} - {*old}]
            + [f"list: it {does} {name} (removed)" for name in {*old} - {*new}]
        )
    assert not list(firewall_changes(before, before))
    assert len(list(firewall_changes(before, after))) == len(list(firewall_changes(after, before)))


TLS = 'pass tls $HOME_NET any -> any any (tls.sni; content:"a"; sid:1;)'
PLAIN = "pass tcp any any -> any 443 (sid:2;)"


def rules(*lines: str) -> Network:
    return network(*written("group", "\n".join(lines), {"HOME_NET": ((1, 2),)}))


def test_only_rules_that_inspect_payloads_are_reported() -> None:
    assert list(firewall_changes(rules(PLAIN), rules(PLAIN, TLS))) == [f"group: it has the rule {TLS} (new)"]
    assert list(firewall_changes(rules(TLS), rules(PLAIN))) == [f"group: it has the rule {TLS} (removed)"]
    assert not list(firewall_changes(rules(), rules(PLAIN)))
    assert list(firewall_changes(network(), network(unread("group")))) == [
        "group: it has rules that cannot be read (new)"
    ]


def test_a_domain_in_one_protocol_names_the_protocol() -> None:
    named = 'pass {} $HOME_NET any -> any any ({}; content:"a"; startswith; {}endswith; sid:1;)'
    tls, http = named.format("tls", "tls.sni", "nocase; "), named.format("http", "http.host", "")
    assert list(firewall_changes(rules(), rules(tls))) == ["group: it passes a (TLS_SNI only) (new)"]
    assert list(firewall_changes(rules(), rules(tls, http))) == ["group: it passes a (new)"]
    assert list(firewall_changes(rules(tls, http), rules(tls))) == [
        "group: it passes a (TLS_SNI only) (new)",
        "group: it passes a (removed)",
    ]


def test_managed_rule_groups_are_reported() -> None:
    managed_group = network(managed("policy", "MalwareDomainsStrictOrder"))
    assert list(firewall_changes(network(), managed_group)) == ["AWS's MalwareDomainsStrictOrder: it is in use (new)"]
    assert list(firewall_changes(managed_group, network())) == [
        "AWS's MalwareDomainsStrictOrder: it is in use (removed)"
    ]


def test_an_unknown_policy_does_not_change() -> None:
    """If it is unknown before and after."""
    unknown = Network(firewalls={"fw": Firewall("fw", rules=Unknown("not here"))})
    assert not list(firewall_changes(unknown, unknown))


def test_a_longer_allow_list_is_a_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files: dict[str, Any] = dict(output("stage_4_central_egress"))
    path = "stacks/egress/modules/firewall/main.tf.json"
    before = write(files, tmp_path / "before")
    document = json.loads(files[path])
    name = "operating_systems"
    source = document["resource"]["aws_networkfirewall_rule_group"][name]["rule_group"]["rules_source"]
    known = [line for line in source["rules_string"].splitlines() if ".debian.org" in line]
    source["rules_string"] += "\n".join(line.replace(".debian.org", ".more.example") for line in known)
    after = write({**files, path: document}, tmp_path / "after")
    assert cli.main(["diff", str(before), str(after)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("FIREWALL RULES CHANGE: no flow changes\n")
    assert f"aws_networkfirewall_rule_group.{name}: it passes .more.example (new)" in " ".join(out.split())
    assert cli.main(["diff", str(before), str(after), "--markdown", "-"]) == 1
    text = capsys.readouterr().out
    assert text.startswith("**Firewall rules change**: no flow changes.")
    assert ".more.example (new)" in text
    assert cli.main(["diff", str(before), str(after), "--json", "-"]) == 1
    assert len(json.loads(capsys.readouterr().out)["firewall_changes"]) == 1
    assert cli.main(["diff", str(after), str(after)]) == 0

"""What `prevent_destroy` is worth: it stops a replacement, and goes with the block when that is taken away.

https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from isthmus.intent import Egress

from .conftest import Begin
from .estates import NETWORK, TEAM, WEB, plain

DOCUMENT = Path(__file__).parents[3] / "docs/how-to/apply.md"


def test_what_is_protected_is_destroyed_when_it_is_taken_out(begin: Begin) -> None:
    kept = plain(environments=[NETWORK, replace(TEAM, protected=True)])
    life = begin(kept)
    assert '"prevent_destroy": true' in life.files["stacks/team/modules/spoke_web/main.tf.json"]
    away = replace(TEAM, protected=True, spokes=[replace(WEB, egress=Egress.ON_PREMISES)])
    done = life.change(plain(environments=[NETWORK, away]))
    assert [what for what in done if what.startswith("destroy aws_eip")]
    assert "Terraform drops `prevent_destroy` together with the block" in DOCUMENT.read_text()

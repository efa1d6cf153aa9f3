"""The reference estate and the examples pass, and the policies work in stock Checkov as they stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from isthmus.scan import read_waivers, scan
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.policies.fixtures import merged, r, tf, write
from tests.policies.plans import plan_of

ROOT = Path(__file__).parents[2]
EXAMPLES = ["one_account", *sorted(path.stem for path in (ROOT / "examples").glob("stage_*.py"))]
# The waivers' own dates must not make this test fail one day: `make` and `isthmus scan` are where that shows.
TODAY = date(2026, 11, 22)


def _synthesized(module: str, folder: Path) -> Path:
    write_output(folder, synthesize(import_module(module).estate))
    return folder


def test_the_reference_estate_is_clean(tmp_path: Path) -> None:
    out = _synthesized("environments.estate", tmp_path / "out")
    answer = scan(out, policies=ROOT / "policies", waivers=read_waivers(ROOT / "waivers.toml"), today=TODAY)
    assert answer.clean, "\n".join(map(str, (*answer.findings, *answer.unused, *answer.expired)))
    written = [json.loads(path.read_text()) for path in out.rglob("*.tf.json")]
    blocks = [
        named for document in written for kind in ("resource", "data") for named in document.get(kind, {}).values()
    ]
    assert answer.resources == sum(map(len, blocks))


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_need_no_waiver_of_their_own(example: str, tmp_path: Path) -> None:
    out = _synthesized(f"examples.{example}", tmp_path / "out")
    answer = scan(out, policies=ROOT / "policies", today=TODAY)
    assert not answer.findings, "\n".join(map(str, answer.findings))


def test_a_first_plan_of_each_root_is_clean(tmp_path: Path) -> None:
    """What the apply will fill in is no finding: the plan says less than the configuration, not worse."""
    out = _synthesized("environments.estate", tmp_path / "out")
    plans = []
    for root in sorted((out / "stacks").iterdir()):
        files = {path.relative_to(root).as_posix(): json.loads(path.read_text()) for path in root.rglob("*.tf.json")}
        plans.append(tmp_path / f"{root.name}.json")
        plans[-1].write_text(json.dumps(plan_of(files)))
    answer = scan(None, plans=plans, policies=ROOT / "policies", today=TODAY)
    assert answer.clean, "\n".join(map(str, answer.findings))


def test_stock_checkov_runs_the_policies(tmp_path: Path) -> None:
    """As its own command, from another folder, where Isthmus cannot be imported."""
    hub = merged(r("aws_ec2_transit_gateway"), {"output": {"o": {"value": "${aws_vpn_connection.x}"}}})
    write({"out/main.tf.json": hub, **{f"out/{name}": one for name, one in _root().items()}}, tmp_path)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-P", "-c", "from checkov.main import Checkov; raise SystemExit(Checkov().run())"]
    arguments = ["-d", "out", "--framework", "terraform_json", "--external-checks-dir", str(ROOT / "policies")]
    arguments += ["--skip-download", "--compact", "--quiet", "-o", "json", "--check", "CKV_ISTHMUS*"]
    done = subprocess.run(
        [*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    failed = {one["check_id"]: one for one in json.loads(done.stdout)["results"]["failed_checks"]}
    # One of each kind: a resource, a pair of resources, an output, a backend, a provider.
    assert {"CKV_ISTHMUS_1", "CKV_ISTHMUS_9", "CKV_ISTHMUS_22", "CKV_ISTHMUS_55", "CKV_ISTHMUS_58"} <= failed.keys()
    assert failed["CKV_ISTHMUS_1"]["severity"] == "HIGH"


def _root() -> dict[str, dict[str, object]]:
    backend = {"terraform": {"backend": {"s3": {"bucket": "b", "key": "k"}}}}
    return {"root.tf.json": tf(backend, {"provider": {"aws": [{"region": "us-east-1"}]}})["main.tf.json"]}

"""Every output is reproducible, stable, free of paths, tokens and secrets."""

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.aws.regions import REGIONS
from isthmus.files.manifest import MANIFEST
from isthmus.intent import Account, Egress, Environment, Estate, HcpTerraform, S3Backend, Spoke, check
from isthmus.intent.intent_file import to_document
from isthmus.testing.broken.parts import organization_of
from modules.output_folder import canonical_json
from modules.synthesis import synthesize
from tests.modules.inventory import EXAMPLES, modules_of, resources_of
from tests.modules.synthesized import estate_of, files_of

REFERENCE = "environments.estate"
PROJECT = Path(__file__).parent.parent.parent


def environment_with(estate: Estate, name: str, account: Account | str, *spokes: Spoke) -> Estate:
    return replace(estate, environments=[*estate.environments, Environment(name, account=account, spokes=spokes)])


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_token_no_path_no_secret(example):
    for name, text in files_of(example).items():
        assert "TfToken" not in text, name
        assert str(PROJECT) not in text, name
        assert "/tmp" not in text, name
        assert text.endswith("}\n"), name
        assert not re.search(r'"tunnel\d_preshared_key"', text), name


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_reference_inside_a_module_is_declared(example):
    for place, document in modules_of(files_of(example)).items():
        text = json.dumps(document)
        for variable in re.findall(r"\$\{var\.(\w+)\}", text):
            assert variable in document["variable"], (place, variable)
        for kind, name in re.findall(r"\$\{(aws_\w+)\.(\w+)\.", text):
            assert name in document["resource"][kind], (place, kind, name)


@pytest.mark.parametrize("example", EXAMPLES)
def test_modules_get_exactly_the_inputs_they_declare(example):
    documents = modules_of(files_of(example))
    for root, document in documents.items():
        if "/" in root:
            continue
        for call, arguments in document["module"].items():
            given = arguments.keys() - {"source", "providers", "depends_on"}
            assert given == documents[f"{root}/{call}"].get("variable", {}).keys(), (root, call)


def test_routes_to_the_gateway_wait_for_attachment_or_accepter():
    routes = 0
    for address, arguments in resources_of(files_of(REFERENCE)).items():
        if "/aws_route." in address and "transit_gateway_id" in arguments:
            accepts = address.split("/")[0] not in ("network", "dev")
            kind = "aws_ec2_transit_gateway_vpc_attachment" + ("_accepter" if accepts else "")
            assert arguments["depends_on"] == [f"{kind}.this"], address
            routes += 1
    assert routes == 4 * 3 * 4


def test_an_accepter_exists_only_where_accounts_differ():
    resources = resources_of(files_of(REFERENCE))
    accepters = {a.split("/")[0] for a in resources if "_vpc_attachment_accepter." in a}
    assert accepters == {"test", "prod", "shared-services"}
    for address, arguments in resources.items():
        if "/aws_ec2_transit_gateway_vpc_attachment.this" in address:
            # On a shared gateway's attachment the two flags are the accepter's to set.
            apart = address.split("/")[0] in accepters
            assert ("transit_gateway_default_route_table_association" in arguments) is not apart


def test_reordering_every_list_changes_nothing():
    estate = estate_of(REFERENCE)
    turned = replace(
        estate,
        zones=estate.zones[::-1],
        segments=estate.segments[::-1],
        environments=[replace(e, spokes=e.spokes[::-1]) for e in estate.environments[::-1]],
        sites=[replace(site, advertises=site.advertises[::-1]) for site in estate.sites],
    )
    own = {name: text for name, text in synthesize(turned).items() if name != "intent.json"}
    assert own == {name: text for name, text in files_of(REFERENCE).items() if name != "intent.json"}


def test_adding_a_spoke_leaves_every_other_root_as_it_was():
    estate = estate_of(REFERENCE)
    spoke = Spoke("sandbox", cidr="10.1.64.0/20", segment="workloads", egress=Egress.ON_PREMISES)
    grown = synthesize(check(environment_with(estate, "sandbox", "workloads-test", spoke)))
    before = files_of(REFERENCE)
    for name, text in before.items():
        if name not in ("intent.json", "manifest.json"):
            assert grown[name] == text, name
    assert {name.split("/")[1] for name in grown.keys() - before.keys()} == {"sandbox"}


def test_protection_can_be_lifted():
    estate = estate_of("examples.stage_1_dev_only")
    open_ = replace(estate, environments=[replace(e, protected=False) for e in estate.environments])

    def guarded(files: Mapping[str, str]) -> set[str]:
        return {a for a, r in resources_of(files).items() if r.get("lifecycle", {}).get("prevent_destroy")}

    protected = guarded(files_of("examples.stage_1_dev_only"))
    assert {a.rpartition("/")[2].split(".")[0] for a in protected} == {
        "aws_ec2_transit_gateway",
        "aws_customer_gateway",
        "aws_vpn_connection",
        "aws_eip",
    }
    assert not guarded(synthesize(open_))


def test_s3_backend_makes_its_bucket_and_reads_across_accounts():
    estate = check(replace(estate_of(REFERENCE), backend=S3Backend(bucket="example-states", account="network-prod")))
    files = synthesize(estate)
    documents = modules_of(files)
    prod = documents["prod"]
    backend = prod["terraform"]["backend"]["s3"]
    assert backend["key"] == "isthmus/example/444455556666/us-east-1/prod.tfstate"
    assert backend["use_lockfile"] is True
    assert backend["encrypt"] is True
    assert backend["assume_role"] == {"role_arn": "arn:aws:iam::444455556666:role/isthmus-deploy"}
    read = prod["data"]["terraform_remote_state"]["network"]["config"]
    assert read["key"] == "isthmus/example/111122223333/us-east-1/network.tfstate"
    assert read["assume_role"] == backend["assume_role"], "a reader reads as itself"
    made = documents["state/state"]["resource"]
    (rule,) = made["aws_s3_bucket_lifecycle_configuration"]["this"]["rule"]
    assert rule["expiration"] == [{"expired_object_delete_marker": True}], "a state itself stays for ever"
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 365, "newer_noncurrent_versions": 20}]
    policy = json.loads(made["aws_s3_bucket_policy"]["this"]["policy"])
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert statements["WriteOwn"]["Resource"].endswith("/isthmus/example/$${aws:PrincipalAccount}/*")
    assert statements["Read"]["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorg"}
    assert documents["state"]["terraform"]["backend"] == {
        "local": {"path": "../../../terraform.example-us-east-1-state.tfstate"}
    }
    assert "state" in json.loads(files["manifest.json"])["stacks"]["network"]["dependencies"]


def test_the_bucket_policy_has_a_statement_for_each_role():
    """Checkov's CKV_AWS_70 fails at several ARNs in one condition, and the scan then has no verdict."""
    estate = estate_of(REFERENCE)
    assert estate.organization is not None
    organization = replace(estate.organization, deployers=["ci-a", "ci-b"])
    backend = S3Backend(bucket="example-states", account="network-prod")
    files = synthesize(check(replace(estate, organization=organization, backend=backend)))
    policy = json.loads(modules_of(files)["state/state"]["resource"]["aws_s3_bucket_policy"]["this"]["policy"])
    allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    roles = {f"arn:aws:iam::*:role/{name}" for name in ("ci-a", "ci-b", "isthmus-deploy")}
    found = {(statement["Action"], statement["Condition"]["ArnLike"]["aws:PrincipalArn"]) for statement in allowed}
    actions = ("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject")
    assert found == {(action, role) for action in actions for role in roles}
    assert len({statement["Sid"] for statement in allowed}) == len(allowed) == len(found)


def test_hcp_terraform_names_workspaces():
    backend = HcpTerraform(organization="example", project="network", workspace_prefix="aws-")
    documents = modules_of(synthesize(check(replace(estate_of(REFERENCE), backend=backend))))
    cloud = documents["prod"]["terraform"]["cloud"]
    assert cloud["workspaces"] == {"name": "aws-prod", "project": "network"}
    assert "backend" not in documents["prod"]["terraform"]
    read = documents["prod"]["data"]["terraform_remote_state"]["network"]
    assert read["backend"] == "remote"
    assert read["config"]["workspaces"] == {"name": "aws-network"}


def test_no_backend_needs_terraform_to_synthesize(tmp_path):
    text = (PROJECT / "environments/estate.py").read_text().replace("import Estate", "import Estate, HcpTerraform")
    backend = 'backend=HcpTerraform(organization="example")'
    (tmp_path / "remote.py").write_text(text.replace("    tags=", f"    {backend},\n    tags="))
    done = run_app(
        PROJECT, ISTHMUS_ESTATE="remote", PYTHONPATH=str(tmp_path), CDKTF_OUTDIR=str(tmp_path), PATH="/nowhere"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"cloud": {' in (tmp_path / "stacks/dev/cdk.tf.json").read_text()


def test_consumers_wait_for_what_they_read():
    stacks = json.loads(files_of(REFERENCE)["manifest.json"])["stacks"]
    assert stacks["network"]["dependencies"] == []
    assert stacks["shared-services"]["dependencies"] == ["network"]
    users = stacks.keys() - {"network", "shared-services"}
    assert all(stacks[name]["dependencies"] == ["network", "shared-services"] for name in users)


def test_a_join_role_touches_its_own_segment_only():
    """A pipeline of the workloads associates with the workloads' table, and only propagates into others."""
    role = resources_of(files_of(REFERENCE))["network/hub/aws_iam_role_policy.join_workloads"]
    statements = {statement["Sid"]: statement for statement in json.loads(role["policy"])["Statement"]}
    assert statements["Associate"]["Resource"] == "${aws_ec2_transit_gateway_route_table.workloads.arn}"
    assert statements["Propagate"]["Resource"] == "${aws_ec2_transit_gateway_route_table.network_services.arn}"
    assert statements["Own"]["Condition"] == {"StringEquals": {"aws:ResourceTag/isthmus:segment": "workloads"}}
    assert not any("Route" in a and "Table" not in a for s in statements.values() for a in s["Action"])


def test_a_join_role_may_touch_attachments_that_other_accounts_own():
    """AWS may name the owner of the VPC in an attachment's ARN, and never the gateway's owner."""
    role = resources_of(files_of(REFERENCE))["network/hub/aws_iam_role_policy.join_workloads"]
    statements = {statement["Sid"]: statement for statement in json.loads(role["policy"])["Statement"]}
    any_ = "arn:aws:ec2:us-east-1:*:transit-gateway-attachment/*"
    assert {sid for sid, one in statements.items() if one["Resource"] == any_} == {"Tag", "Own"}
    owners = ("111122223333", "333344445555", "444455556666")
    new = [f"arn:aws:ec2:us-east-1:{owner}:transit-gateway-attachment/*" for owner in owners]
    assert {sid for sid, one in statements.items() if one["Resource"] == new} == {"Accept", "Claim"}


@pytest.mark.parametrize(
    ("partition", "region", "service"),
    [
        ("aws-us-gov", "us-gov-west-1", "logs.us-gov-west-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "logs.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_log_service_uses_keys_by_its_name_in_the_partition(partition: str, region: str, service: str):
    estate = estate_of("examples.stage_3_every_vpc")
    there = replace(
        organization_of(estate),
        arn=organization_of(estate).arn.replace("arn:aws:", f"arn:{partition}:"),
        units=[replace(unit, arn=unit.arn.replace("arn:aws:", f"arn:{partition}:")) for unit in estate.units],
    )
    files = synthesize(check(replace(estate, region=region, zones=REGIONS[region].zone_ids[:2], organization=there)))
    policy = json.loads(resources_of(files)["dev/logs/aws_kms_key.this"]["policy"])
    account, logs = policy["Statement"]
    assert account["Principal"]["AWS"].startswith(f"arn:{partition}:iam::")
    assert logs["Principal"] == {"Service": service}


def run_app(cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(PROJECT), str(cwd)])
    return subprocess.run(
        [sys.executable, str(PROJECT / "main.py")],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_main_writes_the_same_bytes_anywhere_and_says_nothing(tmp_path):
    ran = run_app(tmp_path, CDKTF_OUTDIR="elsewhere/out")
    assert (ran.returncode, ran.stdout) == (0, "")
    out = tmp_path / "elsewhere" / "out"
    written = {str(path.relative_to(out)): path.read_text() for path in out.rglob("*") if path.is_file()}
    manifest = json.loads(written.pop(MANIFEST))
    assert manifest["files"].keys() == written.keys()
    intent = json.loads(written["intent.json"])
    assert intent == to_document(estate_of(REFERENCE), [PROJECT])
    assert intent.pop("positions")["estate"] == "environments/estate.py:13"
    assert {**written, "intent.json": canonical_json(intent)} == dict(files_of(REFERENCE))


def test_a_broken_estate_leaves_the_last_good_output(tmp_path):
    (tmp_path / "broken.py").write_text(
        "from dataclasses import replace\n"
        "from examples.stage_1_dev_only import estate\n"
        "estate = replace(estate, blocks=['10.1.0.0/16', '10.1.0.0/17'], zones=['use1-az99'])\n"
    )
    good = tmp_path / "cdktf.out" / "stacks" / "dev" / "cdk.tf.json"
    good.parent.mkdir(parents=True)
    good.write_text("kept")
    ran = run_app(tmp_path, ISTHMUS_ESTATE="broken")
    assert ran.returncode == 2
    assert ran.stderr.startswith("isthmus: ")
    assert "Traceback" not in ran.stderr
    assert "use1-az99" in ran.stderr
    assert "10.1.0.0/17" in ran.stderr, "all problems in one pass"
    assert good.read_text() == "kept"


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (None, "no such module"),
        ("", "has no Estate in a variable"),
        ("from isthmus.intent import Spoke\nSpoke('x', cdr='10.0.0.0/16')", "did you mean cidr"),
    ],
)
def test_an_estate_that_is_none_is_a_message(tmp_path, text, output):
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    ran = run_app(tmp_path, ISTHMUS_ESTATE="mine")
    assert ran.returncode == 2
    assert output in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_output_folder_that_cannot_be_written_is_a_message(tmp_path):
    (tmp_path / "file").write_text("in the way")
    ran = run_app(tmp_path, CDKTF_OUTDIR="file/out")
    assert ran.returncode == 2
    assert "cannot write file/out: Not a directory" in ran.stderr
    assert "Check the path and its permissions, or choose another folder" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free disk space, or"), (errno.EACCES, "Check the path and its permissions, or")],
)
def test_a_remedy_fits_its_cause(tmp_path, monkeypatch, capsys, number, remedy):
    from main import main

    def fails(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("modules.output_folder.write_output", fails)
    monkeypatch.setattr("modules.synthesis.synthesize", lambda *_: {})
    monkeypatch.setattr("main._load_bindings", lambda: None)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    assert main() == 2
    assert remedy in capsys.readouterr().err


def test_a_folder_with_foreign_stacks_is_a_message(tmp_path):
    foreign = tmp_path / "project" / "stacks" / "mysql" / "data" / "db.bin"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("kept")
    ran = run_app(tmp_path, ISTHMUS_ESTATE="examples.stage_1_dev_only", CDKTF_OUTDIR="project")
    assert ran.returncode == 2
    assert ran.stderr.startswith("isthmus: cannot write project: it holds files that Isthmus did not write")
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()] == [
        "project/stacks/mysql/data/db.bin"
    ]


@pytest.mark.parametrize(
    ("setting", "value", "output"),
    [
        ("JSII_NODE", "/nowhere/node", "Node cannot be started: /nowhere/node: No such file or directory"),
        ("JSII_NODE", "/bin/true", "Node does not work: /bin/true"),
        ("NODE_OPTIONS", "--nonsense", "--nonsense is not allowed in NODE_OPTIONS"),
        ("TMPDIR", "/nowhere", "the temporary folder /nowhere cannot be used"),
    ],
)
def test_a_problem_of_the_machine_is_one_line(tmp_path, setting, value, output):
    ran = run_app(tmp_path, ISTHMUS_ESTATE="examples.stage_1_dev_only", **{setting: value})
    assert ran.returncode == 2
    assert output in ran.stderr
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    assert not (tmp_path / "cdktf.out").exists()


def test_a_bug_says_that_it_is_one(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import isthmus.intent.intent_file as d\n\n"
        "def fails(*_): raise LookupError('surprise')\n\nd.to_document = fails\n"
    )
    path = os.pathsep.join([str(tmp_path), str(PROJECT)])
    ran = run_app(tmp_path, ISTHMUS_ESTATE="examples.stage_1_dev_only", PYTHONPATH=path)
    assert ran.returncode == 2
    assert "this is a bug in Isthmus" in ran.stderr
    assert "LookupError" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("after", [0.3, 0.6, 1.2])
def test_ctrl_c_ends_it_quietly(tmp_path, after):
    app = subprocess.Popen(
        [sys.executable, str(PROJECT / "main.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "ISTHMUS_ESTATE": "examples.stage_5_resilient_vpn"},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        app.wait(after)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(app.pid, signal.SIGINT)
    _, output = app.communicate(timeout=60)
    assert output == b""
    assert app.returncode in (130, 0, -signal.SIGINT)  # 0: it was done; the last: before it began


def test_a_summary_over_the_blocks_is_guarded_like_a_default():
    """A site that advertises more than the estate's blocks must not carry one spoke's packets to another."""
    estate = estate_of("examples.stage_1_dev_only")
    site = replace(estate.sites[0], advertises=["10.0.0.0/8", "172.20.0.0/15"])
    segments = [replace(s, allowed_egress={Egress.LOCAL, Egress.NONE}) for s in estate.segments]
    made = resources_of(synthesize(check(replace(estate, sites=[site], segments=segments))))
    holes = {a: r for a, r in made.items() if "/aws_ec2_transit_gateway_route." in a}
    assert {r["destination_cidr_block"] for r in holes.values()} == {"10.1.0.0/16"}
    assert len(holes) == 2


def test_each_module_says_that_it_is_generated_and_is_read_as_before():
    for name, text in files_of("examples.stage_3_every_vpc").items():
        if name.endswith("/main.tf.json"):
            assert next(iter(json.loads(text))) == "//"
            assert text.startswith('{\n  "//": "Isthmus generated this file.')

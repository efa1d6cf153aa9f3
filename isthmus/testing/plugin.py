"""The pytest plugin: fixtures for an estate, its Terraform and its network.

Every pytest run in an environment with Isthmus loads it, so it imports nothing until a test uses a fixture.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

__all__ = ["estate", "network", "pytest_addoption", "synthesized"]

if TYPE_CHECKING:
    from isthmus.intent import Estate
    from isthmus.testing.network import NetworkUnderTest

_ESTATE = "isthmus_estate"
_APP = "isthmus_app"
_TERRAFORM = "isthmus_terraform"
_CLIENT_PORTS = "isthmus_client_ports"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options for the estate under test and its Terraform."""
    group = parser.getgroup("isthmus", "Isthmus: the estate under test")
    group.addoption("--isthmus-estate", metavar="MODULE", help="module with the estate in a variable `estate`")
    group.addoption(
        "--isthmus-terraform",
        metavar="PATH",
        action="append",
        default=[],
        help="existing Terraform to test instead of synthesizing: an output folder, or plans and an intent.json",
    )
    parser.addini(_ESTATE, "module with the estate in a variable `estate` (default: environments.estate)", default="")
    parser.addini(_APP, "command that synthesizes (default: the `app` of cdktf.json)", default="")
    parser.addini(_CLIENT_PORTS, "client ports (default: 1024-65535)", default="")
    parser.addini(_TERRAFORM, "existing Terraform to test instead of synthesizing", type="paths", default=[])


@pytest.fixture(scope="session")
def estate(pytestconfig: pytest.Config) -> Estate:
    """The checked estate under test (`isthmus.intent.Estate`): from the module, or from the given `intent.json`."""
    from isthmus.intent import IntentError
    from isthmus.intent.loading import load_estate
    from isthmus.proof.intent_file import read_intent
    from isthmus.terraform import UnreadableTerraform

    try:
        if given := _terraform(pytestconfig):
            intent = _intent(given)
            if intent is None:
                pytest.fail(f"no intent.json in or among {', '.join(map(str, given))}", pytrace=False)
            return read_intent(intent)
        if (folder := str(pytestconfig.rootpath)) not in sys.path:
            sys.path.insert(0, folder)
        return load_estate(_module(pytestconfig))
    except (IntentError, OSError, UnreadableTerraform) as error:
        raise _failure(error) from None


@pytest.fixture(scope="session")
def _isthmus_output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The Terraform under test: the given paths, or the output of the project's program."""
    config = request.config
    if given := _terraform(config):
        return given
    from isthmus.testing.synthesis import CannotSynthesize, program, synthesized

    estate: Estate = request.getfixturevalue("estate")
    base = tmp_path_factory.getbasetemp()
    # Under xdist, each worker has its own folder inside the folder of the run.
    run = base.parent if hasattr(config, "workerinput") else base
    try:
        app = program(config.rootpath, str(config.getini(_APP)))
        return [synthesized(app, estate, _module(config), this_run=run / "isthmus")]
    except CannotSynthesize as error:
        raise _failure(error) from None


@pytest.fixture(scope="session")
def network(pytestconfig: pytest.Config, _isthmus_output: list[Path]) -> NetworkUnderTest:
    """The network of the estate under test, with assertions (`isthmus.testing.network.NetworkUnderTest`)."""
    from isthmus.intent import IntentError
    from isthmus.proof import ProofError
    from isthmus.terraform import UnreadableTerraform
    from isthmus.testing.network import NetworkUnderTest

    roots = [path for path in _isthmus_output if path.name != "intent.json"]
    try:
        intent, ports = _intent(_isthmus_output), _client_ports(pytestconfig)
        return NetworkUnderTest.read(*roots, intent=intent, client_ports=ports)
    except (IntentError, ProofError, UnreadableTerraform, OSError) as error:
        raise _failure(error) from None


@pytest.fixture
def synthesized(_isthmus_output: list[Path], tmp_path: Path) -> Path:
    """A copy of the folder with the Terraform under test, which the test may change."""
    folders = [path for path in _isthmus_output if path.is_dir()]
    if not folders:
        pytest.fail(
            "the Terraform under test is not a folder: plans and states cannot be copied as a folder", pytrace=False
        )
    return Path(shutil.copytree(folders[0], tmp_path / "cdktf.out"))


def _failure(error: Exception) -> BaseException:
    """A test failure for unusable input, without a traceback: the message says what and where."""
    return pytest.fail.Exception(str(error), pytrace=False)


def _module(config: pytest.Config) -> str:
    """The module of the estate: from the command line, else the environment, else the configuration."""
    from isthmus.intent.loading import ESTATE, named

    return str(config.getoption("--isthmus-estate") or named(os.environ, config.getini(_ESTATE) or ESTATE))


def _terraform(config: pytest.Config) -> list[Path]:
    """The given Terraform, from the command line or the configuration."""
    given = config.getoption("--isthmus-terraform")
    return [Path(config.invocation_params.dir, path) for path in given] or list(config.getini(_TERRAFORM))


def _client_ports(config: pytest.Config) -> tuple[int, int] | None:
    """The client ports in the configuration; None if there are none."""
    from isthmus.commands.arguments import port_range

    text = str(config.getini(_CLIENT_PORTS))
    try:
        return port_range(text) if text else None
    except ValueError as error:
        raise _failure(error) from None


def _intent(given: list[Path]) -> Path | None:
    """The given `intent.json`, or the one in a given folder."""
    named = [path for path in given if path.name == "intent.json"]
    in_folders = [path / "intent.json" for path in given if (path / "intent.json").is_file()]
    return next(iter([*named, *in_folders]), None)

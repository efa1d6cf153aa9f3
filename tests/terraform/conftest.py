"""The engines, and the estates whose roots they check. What this machine lacks is skipped, with the reason."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.modules.inventory import EXAMPLES

from .engine import Core, Engine, Missing, find_core
from .engine.double import SchemaDouble
from .engine.engine import Provider
from .engine.real import find_provider
from .engine.schema import installed_schema
from .two_roots import two_roots, write

TWO_ROOTS = "two roots"
ESTATES = EXAMPLES
"""The modules of the estates whose roots are checked, as ISTHMUS_ESTATE names them to `main.py`."""
_NIGHTLY = tuple(
    f"examples.{name}" for name in ("stage_2", "stage_3", "stage_6", "stage_7", "stage_10", "existing_hub")
)
"""Those whose roots are checked `nightly` only: the others have nearly every resource type."""
REAL_ROOTS = ("environments.estate/*", "examples.stage_4_central_egress/egress")
"""The root modules that go through the AWS provider in every run, at some 10 seconds each: together they hold nearly
every resource type. Those of the other estates do so `nightly`."""

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def core() -> Core:
    """A Terraform core."""
    try:
        return find_core()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def double() -> SchemaDouble:
    """The double of the AWS provider that the installed bindings were generated from."""
    try:
        return SchemaDouble(installed_schema())
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def double_engine(core: Core, double: SchemaDouble, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Terraform with the double."""
    return Engine(core, double, tmp_path_factory.mktemp("double"))


@pytest.fixture(scope="session")
def real_engine(core: Core, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Terraform with the AWS provider."""
    try:
        provider: Provider = find_provider()
    except Missing as missing:
        pytest.skip(str(missing))
    return Engine(core, provider, tmp_path_factory.mktemp("real"))


@pytest.fixture(
    scope="session",
    params=[
        TWO_ROOTS,
        # Stage 6 has the modules of stage 4, stage 7 adds one module to stage 5, and stage 10 adds none to stage 3.
        *(pytest.param(one, marks=pytest.mark.nightly) if one.startswith(_NIGHTLY) else one for one in ESTATES),
    ],
)
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder: the small estate of the engine's own tests, then each of ESTATES."""
    folder = tmp_path_factory.mktemp("output") / "cdktf.out"
    if request.param == TWO_ROOTS:
        return write(two_roots(), folder)
    return synthesized(str(request.param), folder)


@pytest.fixture(
    scope="session",
    params=[*REAL_ROOTS, *(pytest.param(f"{estate}/*", marks=pytest.mark.nightly) for estate in ESTATES)],
)
def real_roots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of root modules: one of an estate, or all of them."""
    estate, _, pattern = str(request.param).partition("/")
    output = synthesized(estate, tmp_path_factory.mktemp("output") / "cdktf.out")
    found = sorted((output / "stacks").glob(pattern))
    assert found
    return found


def synthesized(estate: str, folder: Path) -> Path:
    """What `main.py` makes of an estate."""
    settings = {"ISTHMUS_ESTATE": estate, "CDKTF_OUTDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=REPOSITORY,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder

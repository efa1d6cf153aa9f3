"""The catalogue is what the policies say."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.scan import engine
from isthmus.scan.catalogue import rewritten

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
FILES = sorted(path for path in POLICIES.glob("*/*.py") if path.stem != "__init__")


def test_the_page_is_current() -> None:
    page = (ROOT / "docs/reference/policies.md").read_text()
    assert page == rewritten(page, POLICIES), "python -m isthmus.scan.catalogue policies docs/reference/policies.md"


def test_a_page_without_marker_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no line that says"):
        rewritten("# Something else\n", POLICIES)


def test_every_file_is_a_policy_that_explains_itself() -> None:
    engine.load_policies(POLICIES)
    own = [check for check in engine.loaded() if hasattr(check, "rating")]
    assert len(own) == len(FILES) >= 30
    for check in own:
        assert check.rating in ("CRITICAL", "HIGH", "MEDIUM", "LOW")
        assert "\n" not in check.name
        assert not check.name.endswith(".")
        assert len(inspect.getdoc(type(check)) or "") > 60
        assert re.match(
            r"https://(docs\.aws\.amazon\.com|developer\.hashicorp\.com|registry\.terraform\.io)/", check.guideline
        )


def test_names_shadow_no_module() -> None:
    """Checkov puts every folder of policies in front of the module path, and loads files under their bare names."""
    stems = [path.stem for path in FILES]
    names = sorted({*stems, *(path.parent.name for path in FILES), "isthmus_policy"})
    code = "import sys, importlib.util; print([one for one in sys.argv[1:] if importlib.util.find_spec(one)])"
    found = subprocess.run([sys.executable, "-P", "-c", code, *names], capture_output=True, text=True, check=True)
    assert len(set(stems)) == len(stems)
    assert found.stdout == "[]\n"


@pytest.mark.parametrize("path", [POLICIES / "isthmus_policy.py", *FILES], ids=lambda path: path.stem)
def test_policies_stand_alone(path: Path) -> None:
    imported = set(re.findall(r"^(?:from|import) ([\w]+)", path.read_text(), re.MULTILINE))
    assert not imported & {"isthmus", "modules", "environments", "policies", "tests"}

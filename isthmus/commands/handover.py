"""`isthmus handover`: hand-over sheets and device configurations, for the on-premises network team."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path

from isthmus.commands.arguments import output as output_argument
from isthmus.errors import CannotAnswer
from isthmus.platforms import Platform, UnknownPlatform, platform, platform_names, refused
from isthmus.text.output_files import STDOUT, check_outputs, publish

HELP = "write hand-over sheets or device configurations for the on-premises network team"

FROM_INTENT = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    output_argument(parser)
    parser.add_argument("--connection", metavar="NAME", help="only this VPN connection")
    parser.add_argument(
        "-o", "--into", metavar="FOLDER", help="folder for <connection>.md files (default: standard output)"
    )
    parser.add_argument(
        "--device",
        metavar="PLATFORM",
        nargs="?",
        const=FROM_INTENT,
        help="write the configuration files of each device into <FOLDER>/<device>, for this platform (default: the "
        f"platform of the customer gateway); one of {', '.join(platform_names())}",
    )
    parser.add_argument(
        "--state",
        metavar="FILE",
        help="state of the hub's root module: the outside addresses of AWS, with --device or --json",
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write what a device needs as JSON ('-': standard output), instead of sheets"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the sheets, or JSON and configurations, and return 0."""
    if arguments.device is not None or arguments.json is not None:
        return _devices(arguments)
    if arguments.state is not None:
        raise CannotAnswer(
            "--state is for --device and --json: a hand-over sheet names the commands that print the addresses"
        )
    from isthmus.output.folder import read_output
    from isthmus.output.overview import advertised, roots
    from isthmus.report.handover import sheets

    output = read_output(Path(arguments.path))
    present = roots(output.folder, output.graph, output.estate)
    found = sheets(output, advertised(output.network, output.estate, present))
    names = [sheet.connection for sheet in found]
    if not found:
        raise CannotAnswer(f"{arguments.path} holds no VPN connection")
    if arguments.connection is not None and arguments.connection not in names:
        raise CannotAnswer(f"no VPN connection {arguments.connection!r} in {arguments.path}: it has {', '.join(names)}")
    wanted = [sheet for sheet in found if arguments.connection in (None, sheet.connection)]
    if arguments.into is None:
        publish(STDOUT, "markdown", ["\n".join(sheet.markdown for sheet in wanted)])
        return 0
    folder = Path(arguments.into)
    folder.mkdir(parents=True, exist_ok=True)
    files = {sheet.connection: str(folder / f"{sheet.connection}.md") for sheet in wanted}
    check_outputs(files.values(), [arguments.path])
    for sheet in wanted:
        publish(files[sheet.connection], "markdown", [sheet.markdown])
        if not arguments.quiet:
            print(files[sheet.connection])
    return 0


def _devices(arguments: argparse.Namespace) -> int:
    """Write the devices as JSON, and their configuration files. All are made before the first is written."""
    from isthmus.devices.device_files import configuration, word
    from isthmus.devices.from_output import devices
    from isthmus.output.folder import read_output
    from isthmus.report.handover_json import handover_json
    from isthmus.terraform import read

    if arguments.device is not None and arguments.into is None:
        raise CannotAnswer("configurations are several files: name a folder for them, such as -o devices")
    if arguments.device is None and arguments.into is not None:
        raise CannotAnswer("--json writes one document: leave out -o, or add --device")
    state = read(arguments.state) if arguments.state is not None else None
    found = devices(read_output(Path(arguments.path)), state)
    if arguments.connection is not None:
        found = tuple(device for device in found if arguments.connection in [one.name for one in device.connections])
    if not found:
        connection = f" {arguments.connection!r}" if arguments.connection is not None else ""
        raise CannotAnswer(f"{arguments.path} holds no VPN connection{connection}")
    texts = {}
    for device in found if arguments.device is not None else ():
        for file in configuration(device, _platform(arguments.device or device.platform, device.name)):
            texts[str(Path(arguments.into) / word(device.name) / file.name)] = file.text
    check_outputs((arguments.json, *texts), (arguments.path, arguments.state))
    if arguments.json is not None:
        publish(arguments.json, "json", handover_json(found))
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        publish(name, "text", [text])
        if arguments.json != STDOUT:
            print(name)
    return 0


def _platform(name: str | None, device: str) -> Platform:
    if name is None:
        raise CannotAnswer(
            f"customer gateway {device!r} has no platform. Write --device PLATFORM, or platform=... in the estate; "
            f"the platforms are {', '.join(platform_names())}"
        )
    try:
        return platform(name)
    except UnknownPlatform:
        if impossible := refused(name):
            raise CannotAnswer(
                f"{impossible.title} cannot be configured: {impossible.reason}. Use {impossible.instead}"
            ) from None
        close = difflib.get_close_matches(name, platform_names(), n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise CannotAnswer(f"no platform {name!r}: {hint}The platforms are {', '.join(platform_names())}") from None

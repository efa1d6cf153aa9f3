"""The subcommands of `isthmus`, one module each.

A module of `COMMANDS` has three things: `HELP`, one line; `configure(parser)`, its arguments; `run(arguments)`, which
returns the exit code: 0 for yes or no findings, 1 for no or findings. What prevents an answer is raised as an
`isthmus.errors.CannotAnswer` or as an error of one of the packages, and exits with 2.

Modules import what they need inside `run`, so that `isthmus --help` stays quick.
"""

COMMANDS = ("cost", "diff", "draw", "handover", "prove", "scan", "show", "trace")

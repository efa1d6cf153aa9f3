"""The subcommands of `isthmus`, one module each.

Each module of `COMMANDS` has `HELP`, one line; `configure(parser)`, which adds its arguments; and `run(arguments)`,
which returns the exit code: 0 for yes or no findings, 1 for no or findings. If there is no answer, it raises
`isthmus.errors.CannotAnswer` or an error of one of the packages; the exit code is then 2.

Modules import what they need inside `run`, so that `isthmus --help` stays quick.
"""

COMMANDS = (
    "adopt",
    "bootstrap",
    "completion",
    "cost",
    "diff",
    "draw",
    "handover",
    "init",
    "lab",
    "prove",
    "report",
    "review",
    "scan",
    "show",
    "steps",
    "trace",
    "upgrade",
)

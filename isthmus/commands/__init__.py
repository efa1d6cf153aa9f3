"""The subcommands of `isthmus`, one module each.

A module is a command of its own name and has three things: `HELP`, one line; `configure(parser)`, its arguments;
`run(arguments)`, which returns the exit code: 0 for yes or nothing found, 1 for no or findings. What prevents an answer
is raised as an `isthmus.cli.CannotAnswer` or one of the packages' own errors, and exits 2.

Modules import what they need inside `run`, so that `isthmus --help` stays quick.
"""

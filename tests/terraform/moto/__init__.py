"""An AWS to apply to: moto, mended where it differs from AWS in what roots do, with what it lacks left out.

`server` runs it in a process of its own, `mends` and the other files say what is mended and why, `lacking` what
cannot be, and `on_moto` is the AWS provider pointed at it.
"""

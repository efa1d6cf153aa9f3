"""A twin of a network: its synthesized JSON made real in Linux network namespaces, and packets sent through it.

The twin is a second judge of the proof. It shares neither code nor data model with it: `reader` reads the JSON by
itself, `aws` says what AWS makes of the resources, `kernel` writes that as routes, rules and filters of Linux, and
`lab` holds the namespaces and sends the packets. `compare` is the one file that asks the proof.

What it cannot know is what `benchmarks/README.md` says of it: it holds the proof against one more reading of AWS's
documentation, not against AWS.
"""

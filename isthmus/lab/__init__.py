"""A lab: the network of an output in Linux network namespaces, and packets through it.

The lab is a second judge of the proof. It shares neither code nor data model with it: `synthesized_json` reads the JSON
by itself, `aws_reading` says what AWS makes of the resources, and `routers` writes that as routes, rules and filters of
Linux. Only the comparisons ask the proof. The routers of sites run the device configuration that Isthmus generates.

It is one more reading of the documentation of AWS: it is not AWS. docs/how-to/run-the-lab.md lists what it cannot know.
"""

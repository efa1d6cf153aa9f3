"""The least that any cdktf program costs: Python, Node, cdktf, and the synthesis of one empty stack."""

import sys

from modules.constructs import App, LocalBackend, TerraformStack

app = App(outdir=sys.argv[1])
LocalBackend(TerraformStack(app, "empty"), path="terraform.tfstate")
app.synth()

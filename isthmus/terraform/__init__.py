"""Terraform, read back: synthesized roots, plans and states become one graph of resources."""

from isthmus.terraform.errors import UnreadableTerraform
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value, blocks
from isthmus.terraform.reading import Input, graph_of, read, read_folder, read_plan, read_state, sources

__all__ = [
    "Graph",
    "Input",
    "Ref",
    "Resource",
    "Unknown",
    "UnreadableTerraform",
    "Value",
    "blocks",
    "graph_of",
    "read",
    "read_folder",
    "read_plan",
    "read_state",
    "sources",
]

"""The closed world: what of the input is evaluated, what is not, and what has no effect on flows.

`type_table.not_modeled` and `modeled.MODELED` are the tables (docs/reference/resource-types.md).
`not_evaluated` finds what of a graph is not evaluated, `with_unknowns` makes unknown what that can change.
"""

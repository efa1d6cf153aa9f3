"""The closed world: what of the input is evaluated, what is not, and what has no effect on flows.

`types.unmodelled` and `modelled.MODELLED` are the tables (docs/resource-types.md). `doubts.doubts_of` finds what of a
graph is not evaluated, `doubted.doubted` makes unknown what that touches.
"""

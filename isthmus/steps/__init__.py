"""The applies of a change: their order, and the network between them."""

"""`isthmus steps`: the order of applies, and the networks between them."""

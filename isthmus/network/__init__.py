"""The forwarding rules of AWS over the resource graph: a model of the network, and the reachability in it."""

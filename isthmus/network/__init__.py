"""AWS forwarding rules over the resource graph: who can reach whom, as facts and as answers."""

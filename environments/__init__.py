"""The estate: what the network should be. One file an environment; `estate.py` puts them together."""

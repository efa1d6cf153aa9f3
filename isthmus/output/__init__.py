"""An output of synthesis, read back: its root modules, route tables, sites and intended reachability."""

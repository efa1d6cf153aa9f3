"""An output of synthesis, read back: its root modules, route tables and intended reachability."""

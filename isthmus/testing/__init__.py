"""Tools to test your own networks.

`isthmus.testing.network`     assertions about a network that show the path if they fail; no other packages needed
`isthmus.testing.plugin`      fixtures for these assertions; pytest loads the plugin automatically
`isthmus.testing.strategies`  valid estates of every shape; needs Hypothesis
`isthmus.testing.broken`      estates with exactly one defect; needs Hypothesis
"""

"""Help for testing networks of your own.

`isthmus.testing.network`     sentences about a network that fail with the path; needs nothing but Isthmus
`isthmus.testing.plugin`      fixtures for them, a pytest plugin that is there by itself
`isthmus.testing.strategies`  valid estates of every shape; needs Hypothesis
`isthmus.testing.broken`      estates with exactly one defect; needs Hypothesis
"""

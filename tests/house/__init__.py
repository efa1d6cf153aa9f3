"""The layout of the code: which package imports which, and what files and classes are called."""

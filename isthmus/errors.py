"""Errors that every part of Isthmus may raise for the reader of the terminal."""


class CannotAnswer(Exception):
    """A command has no answer. The text says what is wrong and what to do. The command exits with 2."""

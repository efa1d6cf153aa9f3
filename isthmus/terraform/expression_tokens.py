"""The tokens of Terraform's expression language, taken from a text one after another."""

from __future__ import annotations

import re

from isthmus.terraform.expressions import ExpressionError

_SPACE = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEX = re.compile(r"[0-9A-Fa-f]+")
_LONGEST_SOURCE = 300  # characters of the text that messages show


class Tokens:
    """A text and a position in it. Methods read at the position and move it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Move past white space and comments."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self, token: str) -> bool:
        """Whether a token comes next."""
        self.skip()
        return self.text.startswith(token, self.at)

    def accept(self, token: str) -> bool:
        """Whether a token comes next. If so, move past it."""
        if self.peek(token):
            self.at += len(token)
            return True
        return False

    def expect(self, token: str) -> None:
        """Move past a token. Raises `ExpressionError` if another one comes next."""
        if not self.accept(token):
            raise ExpressionError(f"expected {token!r} at character {self.at}")

    def word(self, *words: str) -> bool:
        """Whether one of these words comes next. If so, move past it."""
        self.skip()
        match = _IDENTIFIER.match(self.text, self.at)
        if match and match.group() in words:
            self.at = match.end()
            return True
        return False

    def identifier(self) -> str:
        """The identifier that comes next."""
        self.skip()
        match = _IDENTIFIER.match(self.text, self.at)
        if not match:
            raise ExpressionError(f"expected a name at character {self.at}")
        self.at = match.end()
        return match.group()

    def since(self, start: int) -> str:
        """The text from `start` to here."""
        return self.text[start : min(self.at, start + _LONGEST_SOURCE)].strip()

    def escape(self) -> str:
        """The character that an escape sequence stands for."""
        kind = self.text[self.at + 1 : self.at + 2]
        length = {"u": 4, "U": 8}.get(kind)
        if length is None:
            if kind not in _ESCAPES:
                raise ExpressionError(f"an unknown escape at character {self.at}")
            self.at += 2
            return _ESCAPES[kind]
        digits = self.text[self.at + 2 : self.at + 2 + length]
        if len(digits) != length or not _HEX.fullmatch(digits) or int(digits, 16) > 0x10FFFF:
            raise ExpressionError(f"an unknown escape at character {self.at}")
        self.at += 2 + length
        return chr(int(digits, 16))

"""Terraform's expression language, parsed: the text between `${` and `}`, and the templates that contain it.

Grammar: https://developer.hashicorp.com/terraform/language/expressions and, for templates in JSON strings,
https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping. Whitespace markers (`~`) and heredocs
raise `ExpressionError`: the caller reports the value as unknown.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from isthmus.terraform.expression_tokens import Tokens
from isthmus.terraform.expressions import (
    Attribute,
    Call,
    Conditional,
    ExpressionError,
    For,
    Index,
    ListOf,
    Literal,
    Name,
    Node,
    ObjectOf,
    Operation,
    Splat,
    Template,
)

# Loosest first; operators of one row associate to the left.
_BINARY = (("||",), ("&&",), ("==", "!="), ("<=", ">=", "<", ">"), ("+", "-"), ("*", "/", "%"))
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DIGITS = re.compile(r"\d+")
_PLAIN_TEXT = re.compile(r"[^$%]+")
_PLAIN_QUOTED = re.compile(r'[^$%"\\\n]+')
_DEEPEST = 60  # levels of nesting in one expression; real ones have fewer than ten
_LONGEST_CHAIN = 200  # steps of one reference, operators of one row, parts of one type: each is a level to evaluate


class _ExpressionParser(Tokens):
    """A recursive-descent parser: one method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.ended = ""  # the directive that ended the last template, if one did

    # Expressions

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError("nested too deeply")
        self.skip()
        start = self.at
        condition = self.binary(0)
        if self.accept("?"):
            yes = self.expression()
            self.expect(":")
            no = self.expression()
            condition = Conditional(condition, yes, no, source=self.since(start))
        self.depth -= 1
        return condition

    def binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self.unary()
        self.skip()
        start = self.at
        left = self.binary(level + 1)
        length = 0
        while operator := self.operator(_BINARY[level]):
            length = self.longer(length)
            right = self.binary(level + 1)
            left = Operation(operator, (left, right), source=self.since(start))
        return left

    def operator(self, operators: tuple[str, ...]) -> str | None:
        self.skip()
        for operator in operators:
            if self.text.startswith(operator, self.at):
                self.at += len(operator)
                return operator
        return None

    def unary(self) -> Node:
        self.skip()
        start = self.at
        signs = []
        while operator := self.operator(("!", "-")):
            signs.append(operator)
            if len(signs) > _DEEPEST:
                raise ExpressionError("nested too deeply")
        operand = self.postfix()
        for operator in reversed(signs):
            operand = Operation(operator, (operand,), source=self.since(start))
        return operand

    def postfix(self) -> Node:
        self.skip()
        start = self.at
        node = self.primary()
        length = 0
        while True:
            length = self.longer(length)
            if self.text.startswith("...", self.at):
                return node
            if self.text.startswith(".", self.at):
                self.at += 1
                if self.text.startswith("*", self.at):
                    self.at += 1
                    node = self.splat(node, start, full=False)
                else:
                    node = self.step(node, start)
            elif self.peek("["):
                self.at += 1
                if self.accept("*"):
                    self.expect("]")
                    node = self.splat(node, start, full=True)
                else:
                    key = self.expression()
                    self.expect("]")
                    node = Index(node, key, source=self.since(start))
            else:
                return node

    def longer(self, length: int) -> int:
        """One more step of a chain, which has an end."""
        if length >= _LONGEST_CHAIN:
            raise ExpressionError(f"a chain of more than {_LONGEST_CHAIN} steps")
        return length + 1

    def step(self, node: Node, start: int) -> Node:
        if match := _DIGITS.match(self.text, self.at):  # `aws_x.y.0.id`, the old spelling of `[0]`
            self.at = match.end()
            return Index(node, Literal(int(match.group()[:9])), source=self.since(start))
        name = self.identifier()
        return Attribute(node, name, source=self.since(start))

    def splat(self, node: Node, start: int, *, full: bool) -> Node:
        """`[*]` takes every following step of each element; the older `.*` takes attributes only."""
        steps: list[str | Node] = []
        while True:
            if self.text.startswith(".", self.at) and not self.text.startswith("...", self.at):
                self.at += 1
                steps.append(self.identifier())
            elif full and self.text.startswith("[", self.at) and not self.text.startswith("[*", self.at):
                self.at += 1
                steps.append(self.expression())
                self.expect("]")
            else:
                return Splat(node, tuple(steps), source=self.since(start))

    def primary(self) -> Node:
        start = self.at
        character = self.text[start : start + 1]
        if character == '"':
            self.at += 1
            return self.template(quoted=True)
        if match := _NUMBER.match(self.text, start):
            self.at = match.end()
            return Literal(_number(match.group()), source=match.group())
        if self.accept("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.accept("["):
            return self.for_expression(start, "]") if self.word("for") else self.list_of(start)
        if self.accept("{"):
            return self.for_expression(start, "}") if self.word("for") else self.object_of(start)
        name = self.identifier()
        if name in ("true", "false", "null"):
            return Literal({"true": True, "false": False}.get(name), source=name)
        while self.accept("::"):  # provider::aws::arn_parse
            name += "::" + self.identifier()
        if self.accept("("):
            return self.call(name, start)
        return Name(name, source=name)

    def call(self, name: str, start: int) -> Node:
        arguments: list[Node] = []
        spread = False
        while not self.accept(")"):
            arguments.append(self.expression())
            spread = self.accept("...")
            if not self.accept(","):
                self.expect(")")
                break
        return Call(name, tuple(arguments), spread, source=self.since(start))

    def list_of(self, start: int) -> Node:
        items: list[Node] = []
        while not self.accept("]"):
            items.append(self.expression())
            if not self.accept(","):
                self.expect("]")
                break
        return ListOf(tuple(items), source=self.since(start))

    def object_of(self, start: int) -> Node:
        items: list[tuple[Node, Node]] = []
        while not self.accept("}"):
            parenthesised = self.peek("(")
            key = self.expression()
            if isinstance(key, Name) and not parenthesised:
                key = Literal(key.name)  # `{a = 1}`: an unquoted word is a string; `{(a) = 1}` is not
            if not self.accept("="):
                self.expect(":")
            items.append((key, self.expression()))
            self.accept(",")
        return ObjectOf(tuple(items), source=self.since(start))

    def for_expression(self, start: int, end: str) -> Node:
        key, value = None, self.identifier()
        if self.accept(","):
            key, value = value, self.identifier()
        if not self.word("in"):
            raise ExpressionError("expected 'in'")
        over = self.expression()
        self.expect(":")
        result_key, result = None, self.expression()
        grouped = False
        if end == "}":
            self.expect("=>")
            result_key, result = result, self.expression()
            grouped = self.accept("...")
        condition = self.expression() if self.word("if") else None
        self.expect(end)
        return For(key, value, over, result_key, result, condition, grouped, source=self.since(start))

    # Templates

    def directive_word(self) -> str:
        """The first word of a directive, `%{ if`: it is taken."""
        self.at += 2
        if self.peek("~"):
            raise ExpressionError("whitespace stripping markers")
        return self.identifier()

    def directive_end(self) -> None:
        if self.accept("~"):
            raise ExpressionError("whitespace stripping markers")
        self.expect("}")

    def directive(self, word: str, quoted: bool) -> Node:
        """What stands between `%{ if }` or `%{ for }` and its end, as the expression that means the same.

        https://developer.hashicorp.com/terraform/language/expressions/strings#directives
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError("nested too deeply")
        start = self.at
        if word == "if":
            condition = self.expression()
            self.directive_end()
            yes, end = self.until(("else", "endif"), quoted)
            no: Node = Literal("")
            if end == "else":
                self.directive_end()
                no, _ = self.until(("endif",), quoted)
            found: Node = Conditional(condition, yes, no, source=self.since(start))
        elif word == "for":
            key, value = None, self.identifier()
            if self.accept(","):
                key, value = value, self.identifier()
            if not self.word("in"):
                raise ExpressionError("expected 'in'")
            over = self.expression()
            self.directive_end()
            body, _ = self.until(("endfor",), quoted)
            each = For(key, value, over, None, body, None, False, source=self.since(start))
            found = Call("join", (Literal(""), each), False, source=self.since(start))
        else:
            raise ExpressionError(f"a template directive {word!r} that is not known")
        self.directive_end()
        self.depth -= 1
        return found

    def until(self, ends: tuple[str, ...], quoted: bool) -> tuple[Node, str]:
        """The text up to a directive that ends it, as a string, and which one that is."""
        self.ended = ""
        inner = self.template(quoted=quoted, ends=ends)
        ended, self.ended = self.ended, ""
        if not ended:
            raise ExpressionError(f"expected one of {', '.join(ends)}")
        return (inner if isinstance(inner, Template | Literal) else Template((inner,))), ended

    def template(self, *, quoted: bool, ends: tuple[str, ...] = ()) -> Node:
        """A template from here to its closing quote, or to the end of the text, or to a directive of `ends`."""
        start = self.at
        parts: list[Node] = []
        literal: list[str] = []

        def flush() -> None:
            if literal:
                parts.append(Literal("".join(literal)))
                literal.clear()

        plain = _PLAIN_QUOTED if quoted else _PLAIN_TEXT
        while True:
            if match := plain.match(self.text, self.at):
                literal.append(match.group())
                self.at = match.end()
            ahead = self.text[self.at : self.at + 3]
            if not ahead:
                if quoted:
                    raise ExpressionError("a string without an end")
                break
            if quoted and ahead[0] == '"':
                self.at += 1
                break
            if ahead in ("$${", "%%{"):
                literal.append(ahead[1:])
                self.at += 3
            elif ahead.startswith("${"):
                flush()
                begun = self.at
                self.at += 2
                self.accept("~")
                inner = self.expression()
                self.accept("~")
                self.expect("}")
                parts.append(inner)
                if self.text[begun + 2 : begun + 3] == "~" or self.text[self.at - 2] == "~":
                    raise ExpressionError("whitespace stripping markers")
            elif ahead.startswith("%{"):
                flush()
                word = self.directive_word()
                if word in ends:
                    self.ended = word
                    break
                parts.append(self.directive(word, quoted))
            elif quoted and ahead[0] == "\\":
                literal.append(self.escape())
            elif quoted and ahead[0] == "\n":
                raise ExpressionError("a string over several lines")
            else:
                literal.append(ahead[0])
                self.at += 1
        flush()
        if not parts:
            return Literal("")
        if len(parts) == 1:
            return parts[0]  # a template that is nothing but one interpolation is that value, of whatever type
        return Template(tuple(parts), source=self.since(start))


def _number(text: str) -> int | float:
    if len(text) > 40:
        raise ExpressionError("a number of more than 40 digits")
    number = int(text) if text.isdigit() else float(text)
    if not math.isfinite(number):
        raise ExpressionError("a number beyond what is read here")
    return number


@lru_cache(maxsize=65536)
def parse_template(text: str) -> Node:
    """A string of JSON-syntax Terraform: text with `${...}` in it. Raises `ExpressionError`."""
    return _ExpressionParser(text).template(quoted=False)


@lru_cache(maxsize=65536)
def parse_expression(text: str) -> Node:
    """A bare expression, such as a reference in a plan: `aws_vpc.this["a"].id`. Raises `ExpressionError`."""
    parser = _ExpressionParser(text)
    node = parser.expression()
    parser.skip()
    if parser.at != len(text):
        raise ExpressionError(f"more text after the expression, at character {parser.at}")
    return node

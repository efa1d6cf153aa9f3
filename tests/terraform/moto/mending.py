"""What a mend is: a reason, and attributes of moto's classes with what takes their place."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

Replacement = tuple[Any, str, Any]
"""An object, the name of one of its attributes, and the new value."""


@dataclass(frozen=True)
class Mend:
    """One difference from AWS, mended.

    what          how AWS behaves where moto does not
    replacements  what to put into moto's classes; called once moto is imported
    """

    name: str
    what: str
    replacements: Callable[[], Iterator[Replacement]]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Mends moto for a while."""
        before: list[tuple[Any, str, Any]] = []
        try:
            for owner, name, new in self.replacements():
                before.append((owner, name, owner.__dict__.get(name, _ABSENT)))
                setattr(owner, name, new)
            yield
        finally:
            for owner, name, old in reversed(before):
                if old is _ABSENT:
                    delattr(owner, name)
                else:
                    setattr(owner, name, old)


_ABSENT: Final = object()

MENDS: list[Mend] = []
"""All mends, in the order in which they are applied."""


def mend(what: Callable[[], Iterator[Replacement]]) -> Mend:
    """Makes a mend of a function: its name, its docstring, and the replacements that it yields."""
    made = Mend(what.__name__, " ".join((what.__doc__ or "").split()), what)
    MENDS.append(made)
    return made


def after(owner: type, name: str, then: Callable[[Any, Any], None]) -> Replacement:
    """A response method that lets `then` change its result: it is given the response object and what was answered."""
    original = getattr(owner, name)

    def answer(self: Any) -> Any:
        result = original(self)
        then(self, result)
        return result

    return owner, name, answer


def holder(backend: type, name: str) -> type:
    """The class among the many of a backend that defines a method."""
    return next(cls for cls in backend.__mro__ if name in cls.__dict__)


def apply(mends: Sequence[Mend]) -> None:
    """Mends moto for good: for a process that is nothing but the server."""
    for one in mends:
        for owner, name, new in one.replacements():
            setattr(owner, name, new)

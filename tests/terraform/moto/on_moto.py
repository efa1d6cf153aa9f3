"""The AWS provider, pointed at moto."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ..engine.real import RealProvider
from .lacking import leave_out


@dataclass(frozen=True)
class ProviderOnMoto:
    """The AWS provider with another AWS behind it. All accounts are one there: moto shares nothing between accounts."""

    real: RealProvider
    address: str

    name: ClassVar[str] = "moto"

    @contextmanager
    def serving(self, copy: Path) -> Iterator[dict[str, str]]:
        """The address that the provider takes for AWS."""
        yield {"AWS_ENDPOINT_URL": self.address}

    def install(self, copy: Path) -> None:
        """Puts the provider where `terraform init` would have put it."""
        self.real.install(copy)

    def disarm(self, copy: Path) -> None:
        """Takes off the copy what would need AWS, and what moto lacks."""
        self.real.disarm(copy)
        leave_out(copy)

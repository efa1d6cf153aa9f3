"""The algorithms of AWS that a platform lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from isthmus.platforms.platform import PhaseAlgorithms, Platform


@dataclass(frozen=True, slots=True)
class Lacking:
    """A list of algorithms of which a platform supports none.

    `argument` is the field of a tunnel, `given` its values, `supported` the values of AWS that the platform supports.
    """

    argument: str
    given: tuple[str, ...]
    supported: tuple[str, ...]


def lacking(
    platform: Platform, phase: int, encryption: Sequence[str], integrity: Sequence[str], groups: Sequence[int]
) -> Iterator[Lacking]:
    """The lists of one phase of which the platform supports no value. AWS accepts each value of a list.

    PhaseAlgorithms 2 uses no integrity algorithm with AES-GCM.
    """
    can: PhaseAlgorithms = platform.phase1 if phase == 1 else platform.phase2
    lists: list[tuple[str, Sequence[object], Mapping[str, str]]] = [
        ("encryption_algorithms", encryption, can.encryption),
        ("dh_group_numbers", groups, can.groups),
    ]
    if phase == 1 or any("GCM" not in name for name in encryption if name in can.encryption):
        lists.append(("integrity_algorithms", integrity, can.integrity))
    for argument, given, supported in lists:
        if not any(str(one) in supported for one in given):
            yield Lacking(f"phase{phase}_{argument}", tuple(map(str, given)), tuple(supported))

"""The platforms of customer gateway devices: a folder for each, with its capabilities and its templates."""

from isthmus.platforms.algorithms import Lacking, lacking
from isthmus.platforms.platform import PhaseAlgorithms, Platform, UnknownPlatform, platform, platform_names
from isthmus.platforms.refused_devices import Refused, refused

__all__ = [
    "Lacking",
    "PhaseAlgorithms",
    "Platform",
    "Refused",
    "UnknownPlatform",
    "lacking",
    "platform",
    "platform_names",
    "refused",
]

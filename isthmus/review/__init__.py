"""The review of a change: the difference of two networks, the proof, the scan and the cost of the later one, together.

The parts are those of `isthmus diff`, `prove`, `scan` and `cost`. A review computes nothing of its own.
"""

from isthmus.review.gathering import Inputs, gather
from isthmus.review.record import Review

__all__ = ["Inputs", "Review", "gather"]

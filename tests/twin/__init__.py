"""Tests of `isthmus.lab`: packets in network namespaces agree with the proof, and a lab changes nothing outside."""

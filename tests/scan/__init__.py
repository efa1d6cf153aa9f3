"""The scan: gaps, waivers, reports."""

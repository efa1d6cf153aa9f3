"""The guide's stages as small estates. Each module holds one `estate`: `make ESTATE=examples.stage_1_dev_only`."""

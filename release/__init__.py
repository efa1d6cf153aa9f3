"""Makes a release: `make release VERSION=x.y.z` (docs/how-to/release.md). It uploads nothing."""

"""Your own repository: what `isthmus init` writes, and what `isthmus upgrade` replaces."""

"""Files that Isthmus reads and writes besides Terraform: the manifest of an output, regular files, the cache."""

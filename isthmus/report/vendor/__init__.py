"""Files of other projects that reports contain, unchanged, each with its version, checksum and licence."""

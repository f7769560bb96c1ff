"""Pure functions on text: reading files, comparing, blocks, sentences."""

"""The code of all nodes."""

"""The node entrypoint."""

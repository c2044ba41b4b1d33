"""Changes to what people and machines read: one format a file."""

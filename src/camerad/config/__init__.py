"""The configuration: one typed schema, validated whole, written atomically."""

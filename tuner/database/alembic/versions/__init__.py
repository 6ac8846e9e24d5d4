"""A module a revision; its number is the schema's."""

"""Commands and the live view."""

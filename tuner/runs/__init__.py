"""One training, start to finish, whatever its role: search, comparison, final, reproduction."""

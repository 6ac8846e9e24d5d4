"""People are told of what became of a study, by webhook and by e-mail."""

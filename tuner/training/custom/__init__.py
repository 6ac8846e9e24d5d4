"""Networks and trainings that a person's own code makes."""

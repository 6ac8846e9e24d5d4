"""What a person can ask of studies, as typed requests with typed answers; every front calls these."""

"""The study database: Optuna's tables and ours, through one engine.

Owns: every SQL statement of this project. Its rooms: connection (engine, schema, clock), studies, trials (the budget,
leases, epochs), workers, blobs (checkpoints and models where no folder is shared).
Leaves to others: what the rows mean for a study (studies), the pictures of them (tracking, cli).
"""

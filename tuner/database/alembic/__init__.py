"""How our tables came to be as they are: a revision a schema, run by Alembic (`migrations` says when).

A revision says in SQL what changes, and knows nothing of the tables as this program has them (`tables`): it stays as it
is for ever, as do the databases that it is for.
"""

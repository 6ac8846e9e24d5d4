"""Where the page of a study is, at the address of a server.

Leaves to others: which servers there are (database), what stands there (web).
"""

from urllib.parse import quote


def page_at(address: str, study_name: str) -> str:
    """A slash in the name is written %2F, as everywhere in the addresses of this service."""
    return f"{address}/studies/{quote(study_name, safe='')}"

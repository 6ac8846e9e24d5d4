"""Pages for people, over the same requests and views as the API: a page a module, its HTML a template.

Leaves to others: what is changed from a page, which its script asks of the API (static/actions.js).
"""

"""The search-space file and all that it is made of, checked: plain values, no framework."""

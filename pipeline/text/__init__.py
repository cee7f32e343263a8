"""Sentences of a text; the only floor that knows spaCy."""

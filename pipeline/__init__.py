"""Glossator: transcripts and a codebook in; turns, suggestions, reviewed codes and tables out."""

__version__ = "0.1.0"

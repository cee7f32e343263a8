"""Pseudonyms: names and contacts found, numbered in a key, replaced in the text."""

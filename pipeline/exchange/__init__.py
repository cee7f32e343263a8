"""Formats of other tools: bytes in, records out, and back."""

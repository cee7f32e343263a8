"""The log of decisions: append-only, chained by hashes, and the only SQL in the house."""

"""Stage 4. Suggestions in, decisions out: here a person decides, and nothing decided is lost."""

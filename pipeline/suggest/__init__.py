"""Stage 3. Segments in, suggestions out, each with its reasons."""

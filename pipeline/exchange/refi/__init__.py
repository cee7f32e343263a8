"""REFI-QDA 1.0: projects (``.qdpx``) and codebooks (``.qdc``), bytes in and out."""

"""Stage 1. Transcripts as they came in, transcripts with turns and a report out."""

"""The ground floor: nouns, errors, spans, codebook, settings, corpus, stage files."""

"""Review as an Excel sheet: what stands goes out, what people wrote comes back into the log."""

"""A corpus as a REFI-QDA project or codebook."""

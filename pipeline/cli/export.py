"""``glossator export``: reviewed codes as files."""

"""From reviewed codes to the tables and figures of a study."""

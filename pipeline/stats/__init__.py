"""Statistics by interview: agreement, corrected shares, stopping, saturation, influence."""

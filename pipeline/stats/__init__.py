"""Statistics that hold by interview: agreement, corrected shares, stopping, saturation, influence."""

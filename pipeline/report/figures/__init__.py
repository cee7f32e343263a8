"""Figures of a report: SVG and PDF, legible without colour, the same bytes for the same study."""

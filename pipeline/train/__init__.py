"""Decisions in, a judged model out: fitted, compared with the one in use, promoted or refused."""

"""Settings for all tests."""

from hypothesis import settings

settings.register_profile("glossator", deadline=None)  # the first example loads spaCy or Arrow
settings.load_profile("glossator")

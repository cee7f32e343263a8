"""What reading a spoilt file raises; each is met by a sentence."""

from __future__ import annotations

import zipfile
import zlib

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # a password is wanted after all; an unknown method; too deep a nesting
    OSError,  # an offset before the file's start
    ValueError,
    OverflowError,
)
BROKEN_SHEET = (  # a workbook is an archive of XML
    *BROKEN_ARCHIVE,
    LookupError,  # also an encoding that does not exist
    TypeError,
    AttributeError,
    SyntaxError,  # the base of every XML parser's error
)
BROKEN_JSON = (  # of our own: cut, of other shapes, nested deep, numbers without end
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)

"""What the control words of RTF mean."""

from __future__ import annotations

from collections.abc import Mapping

CODE = "code"  # a destination that holds no words

NO_WORDS = (
    "fonttbl stylesheet colortbl info pict objdata fldinst sp template nonshppict shprslt "
    "nonesttables bkmkstart bkmkend xe tc rxe txe filetbl revtbl listtable listoverridetable "
    "atnid atnauthor atndate"
)
DESTINATIONS: Mapping[str, str] = {
    **dict.fromkeys(NO_WORDS.split(), CODE),
    "footnote": "footnote",
    "annotation": "comment",
    **dict.fromkeys(["header", "headerl", "headerr", "headerf"], "page header"),
    **dict.fromkeys(["footer", "footerl", "footerr", "footerf"], "page footer"),
    **dict.fromkeys(["listtext", "pntext"], "automatic number"),
}
# After \* an unknown destination is to be skipped, but these hold or lead to words.
KEPT = frozenset({"shpinst", "shptxt", "shpgrp", "fldrslt", "nesttableprops"})
SIGNS: Mapping[str, str] = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "nestcell": "\t",
    "nestrow": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "~": "\u00a0",
    "_": "-",
    "-": "\u00ad",
    "{": "{",
    "}": "}",
    "\\": "\\",
}
CHARSETS: Mapping[int, str] = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
MAC = 10_000  # Windows' number for the code page of old Macs


def code_page(number: int) -> str:
    """Return Python's name of a code page; Windows' Western one for those it does not know."""
    name = "mac_roman" if number == MAC else f"cp{number}"
    try:
        b"a".decode(name)
    except (LookupError, UnicodeDecodeError):
        return "cp1252"
    return name

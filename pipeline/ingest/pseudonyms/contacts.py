"""E-mail addresses, telephone numbers and postcodes in a text, and what is none of them.

Numbers are full of traps: times, dates, amounts, years and offsets look like telephone numbers, so
only forms that are dialled count, and bare digits only behind a word such as ``phone``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from pipeline.core.settings import PrivacySettings
from pipeline.ingest.labels import words

Found = tuple[int, int, str]  # start, end, and what it is whoever writes it how

EMAIL = re.compile(
    r"(?<![\w.+%-])[\w+%](?:[\w.+%'-]{0,62}[\w+%'-])?[ ]?@[ ]?"
    r"(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?!\w)"
)
SPOKEN_EMAIL = re.compile(
    r"(?<![\w.])[\w-]{1,40}(?: dot [\w-]{1,40}){0,4} (?:at|\(at\)|\[at\]) "
    r"(?!the |a |this |that |my |your )[\w-]{2,40}(?: dot [\w-]{2,40}){0,3} dot "
    r"(?:com|org|net|info|edu|gov|uk|eu|ie|de|dk|se|no|fi|fr|nl|es|it|pt|at|ch|us|ca|au|nz)(?!\w)",
    re.IGNORECASE,
)
SEP = "[ \u00a0\u2007\u2009\u202f]?[-.\u2010\u2011\u2013/ \u00a0\u2009\u202f]?"
DIGITS_BEFORE = "(?<![\\w.,:/#$£€+-])(?<![\\d:.,] )"
DIGITS_AFTER = r"(?![\d:]|[.,/-]\d|\w|\s?[%$£€])"
INTERNATIONAL = re.compile(
    rf"(?<![\w.,:/#+])(?:\+|00{SEP}(?=[1-9]))[1-9]\d{{0,2}}{SEP}(?:\(0\){SEP})?"
    rf"\(?\d{{1,5}}\)?(?:{SEP}\d{{1,8}}){{1,6}}{DIGITS_AFTER}"
)
NATIONAL = re.compile(
    rf"{DIGITS_BEFORE}(?:\(0\d{{1,5}}\)|0\d{{1,10}})(?:{SEP}\d{{2,8}}){{0,5}}{DIGITS_AFTER}"
)
AMERICAN = re.compile(
    rf"{DIGITS_BEFORE}(?:1[-. ])?(?:\([2-9]\d{{2}}\)[ ]?|[2-9]\d{{2}}[-.])"
    rf"[2-9]\d{{2}}[-.]\d{{4}}{DIGITS_AFTER}"
)
CUED = re.compile(
    r"(?<!\w)(?:(?:tele)?phone|tel|mobile|cell|fax|whatsapp|tlf|telefon|mobil|handy|téléphone|"
    r"teléfono|móvil|telefoon)(?:\s?(?:number|no|nummer|nr))?\b[^\d\n]{0,20}?"
    rf"(?P<number>(?<!\d)\d{{2,10}}(?:{SEP}\d{{2,8}}){{0,5}}){DIGITS_AFTER}",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\(?\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d{2}(?!\d)|(?:19|20)\d{2}([./-])\d{1,2}\2\d{1,2}(?!\d)"
)
DIGIT = re.compile(r"\d")
DIALLED = re.compile(r"\D")
LONGEST_ABROAD = 13  # digits with the country's; the standard's 15 are used by nobody
LEAST_ABROAD, LEAST_AT_HOME, LEAST_CUED = 8, 9, 6

AREAS = words(
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN "
    "DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA "
    "LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG "
    "SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
BRITISH = re.compile(
    rf"(?<![\w.-])(?=[A-Z]{{1,2}}\d|GIR)(?:GIR\s?0AA|(?:{'|'.join(sorted(AREAS))})"
    r"(?:[1-9]\d?|[1-9]?[0-9][A-HJKMNP-Y]?)(?P<gap>[ \u00a0\n]?)"
    r"[0-9](?P<unit>[ABD-HJLNP-UW-Z]{2}))(?!\w)",
    re.IGNORECASE,
)
ORDINALS = frozenset({"st", "nd", "rd", "th"})
IRISH = re.compile(
    r"(?<![\w.-])(?:[AC-FHKNPRTV-Y]\d{2}|D6W)[ \u00a0]?"
    r"(?=[\dAC-FHKNPRTV-Y]{0,3}\d)(?=\d{0,3}[AC-FHKNPRTV-Y])[\dAC-FHKNPRTV-Y]{4}(?!\w)"
)
CANADIAN = re.compile(
    r"(?<![\w.-])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ \u00a0]\d[ABCEGHJ-NPRSTV-Z]\d(?!\w)"
)
ZIP = re.compile(
    r"(?<!\w)(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|"
    r"RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])[ \u00a0](?P<number>\d{5}(?:-\d{4})?)(?![\w,.]\d|\w)"
)
CUED_POSTCODE = re.compile(
    r"(?<!\w)(?:post\s?codes?|zip(?:\s?codes?)?|postal\s?codes?|plz|postleitzahl|code\spostal|"
    r"postnummer|postnr|código\spostal|codice\spostale)\b[^\d\n]{0,15}?"
    r"(?P<number>(?<!\d)\d{4,6}(?:[ ]?[A-Z]{2}(?!\w))?)(?![\d:,.]\d|\d)",
    re.IGNORECASE,
)


def emails(text: str) -> Iterator[Found]:
    """Yield the e-mail addresses in ``text``, also those that were spoken (``x at y dot org``)."""
    if "@" in text:
        for match in EMAIL.finditer(text):
            yield *match.span(), match.group().casefold().replace(" ", "")
    if " dot " in text.casefold():
        for match in SPOKEN_EMAIL.finditer(text):
            said = re.sub(r" [\[(]?at[\])]? ", "@", match.group().casefold(), count=1)
            yield *match.span(), said.replace(" dot ", ".")


def phones(text: str) -> Iterator[Found]:
    """Yield the telephone numbers in ``text``, as they are dialled."""
    if DIGIT.search(text):
        yield from numbers(text)


def numbers(text: str) -> Iterator[Found]:
    """Yield the telephone numbers in a text with digits."""
    for match in INTERNATIONAL.finditer(text):
        if LEAST_ABROAD <= n_digits(dialled(match.group())) <= LONGEST_ABROAD:
            yield *match.span(), dialled(match.group())
    for match in NATIONAL.finditer(text):
        if is_national(match.group()):
            yield *match.span(), dialled(match.group())
    for match in AMERICAN.finditer(text):
        yield *match.span(), dialled(match.group())
    for match in CUED.finditer(text):
        number = match["number"]
        if LEAST_CUED <= n_digits(number) <= LONGEST_ABROAD and not DATE.match(number):
            yield *match.span("number"), dialled(number)


def is_national(number: str) -> bool:
    """Whether digits that begin with 0 are a telephone number rather than a date or a count."""
    digits = DIALLED.sub("", number)
    is_plain = digits == number and len(digits) not in {10, 11}
    return (
        LEAST_AT_HOME <= len(digits) <= LEAST_AT_HOME + 3
        and digits[1] != "0"
        and not DATE.match(number)
        and not is_plain
        and len(set(digits)) > 2  # noqa: PLR2004  # a blank that somebody filled with noughts
    )


def n_digits(number: str) -> int:
    """Return how many digits ``number`` has."""
    return sum(char.isdigit() for char in number)


def dialled(number: str) -> str:
    """Return ``number`` as it is dialled; a British one is the same from home and from abroad."""
    digits = DIALLED.sub("", number.replace("(0)", ""))
    if number.lstrip("(").startswith("+") or digits.startswith("00"):
        return f"+{digits.removeprefix('00')}"
    is_british = re.match(r"0[12378]\d{8,9}$", digits)
    return f"+44{digits[1:]}" if is_british else digits


def postcodes(text: str) -> Iterator[Found]:
    """Yield the postcodes in ``text``: British, Irish, Canadian, American, others behind a word."""
    if not DIGIT.search(text):
        return
    for match in BRITISH.finditer(text):
        code, unit = match.group(), match["unit"] or ""
        is_small = code != code.upper()
        if not is_small or (match["gap"] and unit.casefold() not in ORDINALS):
            yield *match.span(), squeezed(code)
    for pattern in (IRISH, CANADIAN):
        for match in pattern.finditer(text):
            yield *match.span(), squeezed(match.group())
    for pattern in (ZIP, CUED_POSTCODE):
        for match in pattern.finditer(text):
            yield *match.span("number"), squeezed(match["number"])


def squeezed(code: str) -> str:
    """Return a postcode in capitals without spaces."""
    return "".join(code.split()).upper()


FINDERS: Mapping[str, Callable[[str], Iterator[Found]]] = MappingProxyType(
    {"e-mail": emails, "phone": phones, "postcode": postcodes}
)


def kinds_wanted(settings: PrivacySettings) -> tuple[str, ...]:
    """Return the kinds of contact that the settings have replaced."""
    wanted = {
        "e-mail": settings.email_addresses,
        "phone": settings.phone_numbers,
        "postcode": settings.postcodes,
    }
    return tuple(kind for kind, is_wanted in wanted.items() if is_wanted)

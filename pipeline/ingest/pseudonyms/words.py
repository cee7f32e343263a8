"""Words as names are compared, and words that look like names and often are none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.ingest.labels import words

MARKS = (  # signs that belong to the letter before them, and the soft hyphen
    "\u00ad\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u200c\u200d"
)
BREAK = r"-[ \t]*\n[ \t]*(?=[a-z\u00df-\u00f6\u00f8-\u00ff])"  # a word broken at a line's end
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}]|{BREAK})*")
UNSPOKEN = re.compile(r"[-\s\u00ad\u200c\u200d]")
UNSPACED = re.compile(  # scripts that write no space between words, or add endings to names
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)

# Given names and surnames that are English words, too (and some of our neighbours').
COMMON = words(
    "abbot ace amber angel april archer art august autumn baker ball banks barber bay bell best "
    "bill bird bishop black blue bob bright brook brooks brown buck bud buddy butler carol carter "
    "case chance charity chase chip church clay cliff close cook cross crystal daisy "
    "dale dawn day dean diamond dick don dove drake drew duke earl east else english ernest eve "
    "even ever faith fanny farmer field fields fisher ford forest fox frank french frost gardener "
    "gene ginger glen glory gold good goodman grace grant gray green grey guy hall hardy harmony "
    "hart hazel heath heather hill holly honey honor honour hope house hunter iris ivy jack "
    "jade jay jersey joy judge june justice king knight lake lamb lance lane law laws "
    "lily little long love luck lucky lynch major marina mark marks marsh marshall mason may "
    "melody mercy miles miller mine misty moody moon moss nick noble north olive page park parks "
    "pat patience pearl peg penny piper pope poppy potter power powers price prince prudence "
    "queen rain ray read reading reed rich rise rivers rob robin rock rocky rod rose rosemary ruby "
    "rue rusty sage sandy savage sharp short silver skip skipper sky smart snow sonny south spring "
    "star stone storm strong sue summer summers sun sweet swift temple tiger "
    "trinity tucker turner victor victory vogue wade walker ward waters weaver "
    "webb west white wild will wills winter winters wise wolf wood woods worth wren young "
    "bent dag frei gut klein lang lieb lange mai mut neu rein stark stein tag wahl weiss weiß "
    "blanca cruz domingo dolores flor luz mar paz pilar rosa sol belle blanche claire "
    "fleur france petit roi"
)
AUXILIARIES = words("can may might will")
MONTHS = words("april august juni juli june may mai")
NEAR_MONTHS = words(
    "in of by since until till during last next this late early mid every from to before after "
    "im seit bis ende anfang en i"
)
# After these words at the start of a sentence the word before is a verb: "Will you", "Mark my".
AFTER_VERBS = words(
    "i you he she it we they me him us them the a an this that these those my your his her our "
    "their its there what who anybody anyone somebody someone everybody everyone people not be "
    "have do so up down out off all any some every each both more most one"
)
TITLES = words(
    "mr mrs ms miss mx dr prof professor sir dame lord lady madam rev reverend father sister "
    "brother uncle aunt auntie cousin grandma grandpa nana nurse doctor councillor cllr dear herr "
    "frau fru hr frøken dhr mevr mevrouw monsieur m mme madame mlle mademoiselle señor señora sr "
    "sra doña dona signor signora dott"
)
SUFFIXES = words("jr sr jnr snr ii iii iv phd md mbe obe cbe msc bsc ma ba esq")
PARTICLES = words(
    "af al am av bin da das de del della den der di do dos du e el ibn la las le los of st ten ter "
    "the und van vom von y zu zum zur 't"
)
NOT_NAMES = words(
    "staff funder employer employee manager member partner officer director coordinator trainer "
    "volunteer worker carer parent mother father son daughter child group team chair steering name "
    "e-mail email phone postcode head lead user admin assistant"
)


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Return ``word`` as names are compared: NFKC, casefolded, without hyphens of line breaks."""
    return unicodedata.normalize("NFKC", UNSPOKEN.sub("", word)).casefold()


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of ``text``, folded."""
    return tuple(fold_word(word) for word in WORD.findall(text))


def is_capitalised(word: str) -> bool:
    """Whether ``word`` begins with a capital, or with a letter of a script that has none."""
    return not word[:1].islower()

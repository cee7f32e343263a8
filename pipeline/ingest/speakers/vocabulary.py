"""The words by which labels are told from keys, events and running speech, in many languages."""

from __future__ import annotations

from pipeline.ingest.labels import words

# Small words inside names.
PARTICLES = words(
    "de da di do du del della der den dos das van von vom zu zur la le el al bin ibn af av of the "
    "and y i e og ten ter til o' st st."
)
# With these, a clause before a colon ends: "My own view is:".
ENDINGS = words("is are was were that said says this follows these like as be to of and or")
# Keys of a file's head, events, headings: what stands before a colon and never speaks.
NEVER = words(
    "break jingle music intro outro advert ad ads sponsor note notes nb ps re fw poll straw vote "
    "votes title date place duration location time times subject topic url http https media tags "
    "summary source sources file filename recording recorded transcript transcription transcribed "
    "transcriber transcribers version status example examples warning tip tips aside remark "
    "remarks conclusion introduction background agenda attendees attendance present apologies "
    "references objective objectives aim aims goal goals method methods results discussion "
    "abstract keywords keyword section chapter part page figure table step steps probe probes "
    "prompt prompts total language pages project study code codes email phone website web link "
    "links action actions decision fecha duración duracion lugar hora modalidad título titulo "
    "objetivo objetivos nota notas indicadores ejemplo ejemplos tipo técnica tecnica contexto "
    "observaciones observación código datum dauer ort zeit titel notiz notizen hinweis beispiel "
    "anmerkung ziel ziele pause sted dato tid varighed plads emne titre lieu durée duree heure "
    "remarque exemple objectif titolo luogo durata ora esempio obiettivo local duração exemplo "
    "data plaats duur opmerking voorbeeld doel plats tema speakers speaker(s) participants "
    "interviewers interviewees moderators panel presenter presenters author authors copyright "
    "license licence files format output input command comment comments regards sent cc bcc "
    "attached created updated revised deadline venue room ingredients method serves "
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december montag dienstag mittwoch donnerstag freitag "
    "samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles "
    "jueves viernes sábado domingo mandag tirsdag onsdag torsdag fredag lørdag søndag måndag "
    "tisdag lördag söndag maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "pros cons strengths weaknesses advantages disadvantages"
)
# With these, running speech begins; a label never does.
SPEECH_WORDS = words(
    "and so but well okay ok yeah yes no nope yep now then first second third finally because the "
    "a an this that these those there here it its it's he she we they you my your his her our "
    "their what when where why how who which if or as at by for from in on to with not just like "
    "also actually basically right sure exactly mhm mm hmm uh um ah oh hi hello hey thanks thank "
    "please sorry remember maybe meaning anyway is was are were be been said says saying think "
    "know mean means about one two three some all any most many more less other another only same "
    "such very every each both either neither i'm i've i'll i'd that's there's let's nej ja jo og "
    "men så det den der ikke jeg vi du und oder aber ich wir nein das ist y pero sí si que el la "
    "los las un una es et mais oui non je nous c'est"
)

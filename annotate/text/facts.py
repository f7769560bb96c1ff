"""What a sentence states that can be compared: its words, names, numbers and dates."""

import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from annotate.text.normalise import normalised
from annotate.text.words import FALLBACK, STARTERS

STEM = (
    6  # letters; cutting words there joins their forms in many languages about as well as rules for each do
)
SHORTEST_STEM = 3  # letters
TITLE_CASE = 0.6  # of the longer words with a capital: then capitals tell nothing
AROUND = 3  # words after a figure that tell what it counts

TOKEN = re.compile(
    r"""(?P<iso>\b\d{4}-\d\d-\d\d\b)
      | (?P<number>\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)
      | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)
      | (?P<sign>%)
      | (?P<end>[.!?:]["”’»)]*\s|\s[–—]\s|[“„«"(])
    """,
    re.VERBOSE,
)
NO_DIGIT = re.compile("[^0-9]")
DECIMAL_POINT = re.compile(r"\.(?!\d{3}\b)")  # 3.5, as programs write it in any language
DATES = {
    "weekday": re.compile("@weekday"),
    "day": re.compile(r"@\d\d-\d\d\Z"),
    "year": re.compile(r"@\d{4}\Z"),
}
# As English writes them, so that names meet across scripts; what is left out is not written there.
CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ё": "e", "ж": "zh",
    "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ы": "y", "э": "e", "ю": "iu", "я": "ia", "ь": "", "ъ": "", "’": "", "'": "",
}  # fmt: skip
LETTERS = str.maketrans({**CYRILLIC, "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss"})
POSSESSIVE = re.compile(r"['’]s?\Z")
ENDINGS = ("ing", "ed")  # of English verbs that are not cut off by then

SMALL = {
    "en": """two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13
        fourteen 14 fifteen 15 sixteen 16 seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40
        fifty 50 sixty 60 seventy 70 eighty 80 ninety 90""",
    "de": """zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwölf 12 zwanzig 20
        dreißig 30 vierzig 40 fünfzig 50 sechzig 60 siebzig 70 achtzig 80 neunzig 90""",
    "fr": """deux 2 trois 3 quatre 4 cinq 5 six 6 sept 7 huit 8 neuf 9 dix 10 onze 11 douze 12 quinze 15
        vingt 20 trente 30 quarante 40 cinquante 50 soixante 60""",
    "es": """dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 once 11 doce 12 quince 15
        veinte 20 treinta 30 cuarenta 40 cincuenta 50""",
    "pl": """dwa 2 dwie 2 dwóch 2 dwaj 2 dwoje 2 trzy 3 trzech 3 trzej 3 cztery 4 czterech 4 pięć 5 pięciu 5
        sześć 6 sześciu 6 siedem 7 siedmiu 7 osiem 8 ośmiu 8 dziewięć 9 dziewięciu 9 dziesięć 10 dziesięciu 10
        dwanaście 12 dwadzieścia 20 trzydzieści 30 czterdzieści 40 pięćdziesiąt 50""",
    "uk": """два 2 дві 2 двох 2 двоє 2 три 3 трьох 3 троє 3 чотири 4 чотирьох 4 п'ять 5 п’ять 5 шість 6 сім 7
        вісім 8 дев'ять 9 дев’ять 9 десять 10 дванадцять 12 двадцять 20 тридцять 30""",
}
SCALES = {
    "en": "dozen 12 hundred 100 thousand 1000 million 1000000 billion 1000000000 bn 1000000000 m 1000000",
    "de": "dutzend 12 hundert 100 tausend 1000 million 1000000 millionen 1000000 milliarde 1000000000 "
    "milliarden 1000000000 mio 1000000 mrd 1000000000",
    "fr": "douzaine 12 cent 100 mille 1000 million 1000000 millions 1000000 milliard 1000000000 "
    "milliards 1000000000",
    "es": "docena 12 cien 100 mil 1000 millón 1000000 millones 1000000",
    "pl": "sto 100 tysiąc 1000 tysiące 1000 tysięcy 1000 milion 1000000 miliony 1000000 milionów 1000000 "
    "miliard 1000000000 miliardów 1000000000 tys 1000 mln 1000000 mld 1000000000",
    "uk": "сто 100 тисяча 1000 тисячі 1000 тисяч 1000 мільйон 1000000 мільйони 1000000 мільйонів 1000000 "
    "мільярд 1000000000 мільярдів 1000000000 тис 1000 млн 1000000 млрд 1000000000",
}
ONE = {"a", "an", "one", "ein", "eine", "un", "une", "una"}  # a thousand
PER_CENT = {"percent", "pct", "prozent", "procent", "procenta", "відсотки", "відсотків", "відсоток"}
PER = {"per", "pour", "por"}  # … cent, cent, ciento
CENT = {"cent", "ciento"}
MONTHS = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada "
    "grudnia",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
SHORT_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
MODEST = {"may", "march", "mar", "mars", "maja"}  # months that are other words too: only beside a day
WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "pl": "poniedziałek wtorek środę czwartek piątek sobotę niedzielę",
    "uk": "понеділок вівторок середу четвер п'ятницю суботу неділю",
}
NOT = {
    "en": "not no never nobody none neither cannot without denied denies deny",
    "de": "nicht kein keine keinen keiner nie niemand niemals",
    "fr": "pas jamais aucun aucune",
    "es": "no nunca ningún ninguna jamás",
    "pl": "nie nigdy żaden żadnych nikt",
    "uk": "не ні ніколи жоден ніхто",
}
# Function words that do not begin sentences, and verbs of saying, which stand everywhere.
EVERYWHERE = {
    "en": """of be been being am me him them us it s than too very own same off out up down about into onto
        upon across against because such both so do does did doing done has have had having will would shall
        said say says saying told tell added according more most several per cent percent new also that who
        which whose whom them themselves himself herself itself t don doesn didn isn wasn weren won""",
    "de": "sich worden wurde wurden werden wird sei hätte sagte sagt sagen erklärte teilte mit prozent",
    "fr": "été être avoir fait dit déclaré selon plus ont avait cent pour",
    "es": "sido ser haber ha dijo según más han había ciento",
    "pl": "się został została zostało zostały zostali być powiedział powiedziała procent które którzy",
    "uk": "був була були бути сказав сказала заявив відсотків які який",
}
BEFORE_NAMES = {"in", "aus", "nach", "von", "bei", "für", "gegen"}  # German: Kursk in "in Kursk" is one


@dataclass(frozen=True)
class Figure:
    """A number: its value, `%` or nothing as unit, as it is written, the stems after it, and its term."""

    value: float
    unit: str
    written: str
    around: frozenset[str]
    term: str


@dataclass(frozen=True)
class Facts:
    """What can be compared of one sentence.

    :param plain: its text, normalised.
    :param terms: stem, or `#` and a number, or `@` and a date → how it is written here.
    :param names: those of the stems that are part of a name.
    :param denies: the word by which it says no.
    """

    plain: str
    language: str | None
    terms: dict[str, str]
    names: tuple[tuple[str, ...], ...]
    figures: tuple[Figure, ...]
    denies: str | None
    anchors: frozenset[str] = field(default_factory=frozenset)

    def dates(self, kind: str) -> dict[str, str]:
        """Return the terms of a kind, `weekday`, `day` or `year`, with how they are written."""
        return {term: written for term, written in self.terms.items() if DATES[kind].match(term)}


class Token(NamedTuple):
    """A word, number or sign; `is_first`: a capital tells nothing here."""

    kind: str
    text: str
    is_first: bool


def read_facts(text: str, language: str | None = None, common: Container[str] = ()) -> Facts:
    """Read what a sentence states.

    :param language: ISO 639-1; None is read as English.
    :param common: words, folded, that stand without a capital somewhere: no names at the beginning.
    """
    tokens = list(_tokens(text))
    known = _words_of(language if language in STARTERS else FALLBACK)
    terms: dict[str, str] = {}
    figures: list[Figure] = []
    taken: set[int] = set()
    for at, length, term, written in _dates(tokens, known):
        terms.setdefault(term, written)
        taken.update(range(at, at + length))
    for at, length, value, unit in _numbers(tokens, known, taken):
        written = " ".join(each.text for each in tokens[at : at + length])
        after = [_stem_of(each, known) for each in tokens[at + length : at + length + AROUND]]
        around = frozenset(each for each in after if each)
        figure = Figure(value, unit, written, around, f"#{value:g}{unit}")
        figures.append(figure)
        terms.setdefault(figure.term, written)
        taken.update(range(at, at + length))
    denies = None
    for at, token in enumerate(tokens):
        if at in taken or token.kind != "word":
            continue
        word = token.text.lower()
        if word in known.denials or word.endswith(("n't", "n’t")):
            denies = denies or token.text
        if said := _stem_of(token, known):
            terms.setdefault(said, POSSESSIVE.sub("", token.text))
    names = tuple(_names(tokens, known, taken, common))
    anchors = frozenset(each for each in terms if each[0] in "#@") | {each for name in names for each in name}
    return Facts(normalised(text), language, terms, names, tuple(figures), denies, anchors)


def lower_words(text: str) -> set[str]:
    """Return the words, folded, that stand in a text without a capital."""
    return {fold(each.text) for each in _tokens(text) if each.kind == "word" and each.text[0].islower()}


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Return a word in small Latin letters without accents, as far as it has any."""
    folded = unicodedata.normalize("NFC", word).casefold().translate(LETTERS)
    if folded.isascii():
        return folded
    return "".join(each for each in unicodedata.normalize("NFD", folded) if not unicodedata.combining(each))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return what the forms of a word have in common: Korea and Koreans, captured and capture."""
    folded = fold(POSSESSIVE.sub("", word))
    for ending in ENDINGS:
        if folded.endswith(ending) and len(folded) > len(ending) + SHORTEST_STEM:
            folded = folded.removesuffix(ending)
    if len(folded) > SHORTEST_STEM and folded[-1] == "s" and folded[-2] != "s":
        folded = folded[:-1]
    folded = folded[:STEM]
    if len(folded) > SHORTEST_STEM and folded.endswith("an"):
        folded = folded[:-1]
    short = folded.rstrip("aeiouy")
    return short if len(short) >= SHORTEST_STEM else folded


class _Words(NamedTuple):
    language: str
    stop: frozenset[str]
    denials: frozenset[str]
    small: dict[str, int]
    scales: dict[str, int]
    months: dict[str, int]
    weekdays: dict[str, int]


@lru_cache(maxsize=16)
def _words_of(language: str) -> _Words:
    months = {word: at for at, word in enumerate(MONTHS[language].split(), 1)}
    if language == "en":
        months |= {word: at for at, word in enumerate(SHORT_MONTHS.split(), 1)} | {"sept": 9}
    stop = {fold(each) for each in f"{STARTERS[language]} {EVERYWHERE[language]} {NOT[language]}".split()}
    numerals = set(_pairs(SMALL[language])) | set(_pairs(SCALES[language]))
    return _Words(
        language,
        frozenset(stop - {fold(each) for each in numerals}),
        frozenset(NOT[language].split()),
        _pairs(SMALL[language]),
        _pairs(SCALES[language]),
        months,
        {word: at for at, word in enumerate(WEEKDAYS[language].split(), 1)},
    )


def _pairs(text: str) -> dict[str, int]:
    words = text.split()
    return {word: int(n) for word, n in zip(words[::2], words[1::2], strict=True)}


def _tokens(text: str) -> Iterator[Token]:
    is_first = True
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "end":
            is_first = True
            continue
        yield Token(kind, match.group(), is_first)
        is_first = False


def _stem_of(token: Token, known: _Words) -> str | None:
    """Return the stem of a word that says something, None of the others."""
    if token.kind != "word" or fold(token.text) in known.stop or len(token.text) < 2:
        return None
    return stem(token.text)


def _dates(tokens: list[Token], known: _Words) -> Iterator[tuple[int, int, str, str]]:
    """Yield place, length in tokens, term and form of weekdays, months, days and years."""
    for at, token in enumerate(tokens):
        if token.kind == "iso":
            yield at, 1, f"@{token.text[5:]}", token.text
            yield at, 1, f"@{token.text[:4]}", token.text
        elif token.kind == "number" and len(token.text) == 4 and token.text.isdigit():
            if 1800 <= int(token.text) < 2100:
                yield at, 1, f"@{token.text}", token.text
        elif token.kind == "word" and token.text.lower() in known.weekdays:
            yield at, 1, f"@weekday {known.weekdays[token.text.lower()]}", token.text
        elif token.kind == "word" and token.text.lower() in known.months:
            yield from _month(tokens, at, known.months[token.text.lower()])


def _month(tokens: list[Token], at: int, month: int) -> Iterator[tuple[int, int, str, str]]:
    for first, length, day in ((at - 1, 2, at - 1), (at, 2, at + 1), (at - 2, 3, at - 2)):
        is_day = 0 <= day < len(tokens) and tokens[day].kind == "number" and tokens[day].text.isdigit()
        if is_day and 1 <= int(tokens[day].text) <= 31:
            written = " ".join(each.text for each in tokens[first : first + length])
            yield first, length, f"@{month:02}-{int(tokens[day].text):02}", written
            return
    if tokens[at].text.lower() not in MODEST and tokens[at].text[0].isupper():
        yield at, 1, f"@month {month}", tokens[at].text


def _numbers(tokens: list[Token], known: _Words, taken: set[int]) -> Iterator[tuple[int, int, float, str]]:
    """Yield place, length in tokens, value and unit of each number, in digits or words."""
    at = 0
    while at < len(tokens):
        value, length = (None, 0) if at in taken else _value(tokens, at, known)
        if value is None:
            at += 1
            continue
        while at + length < len(tokens) and (scale := _scale(tokens[at + length], known)):
            value, length = value * scale, length + 1
        n_unit = _per_cent(tokens, at + length)
        yield at, length + n_unit, value, "%" if n_unit else ""
        at += length + n_unit


def _value(tokens: list[Token], at: int, known: _Words) -> tuple[float | None, int]:
    token = tokens[at]
    word = token.text.lower()
    if token.kind == "number":
        return _digits(token.text, known.language), 1
    following = tokens[at + 1].text.lower() if at + 1 < len(tokens) else ""
    if word in ONE and following in known.scales and following not in ("m", "cent"):
        return 1, 1
    if word in known.small:
        tens = known.small[word]
        unit = known.small.get(following, 0) + (following == "one")
        return (tens + unit, 2) if tens >= 20 and 0 < unit < 10 else (tens, 1)
    return None, 0


def _scale(token: Token, known: _Words) -> int:
    return known.scales.get(token.text.lower(), 0) if token.kind == "word" else 0


def _per_cent(tokens: list[Token], at: int) -> int:
    """Return how many tokens from here on say per cent."""
    words = [each.text.lower() for each in tokens[at : at + 2]]
    if words and (words[0] == "%" or words[0] in PER_CENT):
        return 1
    return 2 if len(words) == 2 and words[0] in PER and words[1] in CENT else 0


def _digits(text: str, language: str) -> float:
    """Read a number: English groups digits with commas, others with points or spaces."""
    mark = "." if language == "en" or ("," not in text and DECIMAL_POINT.search(text)) else ","
    whole, _, part = text.partition(mark)
    return float(f"{NO_DIGIT.sub('', whole) or 0}.{NO_DIGIT.sub('', part) or 0}")


def _names(
    tokens: list[Token], known: _Words, taken: set[int], common: Container[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the runs of words that are names, by their stems."""
    words = [each for each in tokens if each.kind == "word" and len(each.text) > 3]
    n_capitals = sum(each.text[0].isupper() for each in words)
    is_title = len(words) > 3 and n_capitals > TITLE_CASE * len(words) and known.language != "de"
    run: list[str] = []
    for at, token in enumerate([*tokens, Token("end", "", True)]):
        if at not in taken and _is_name(token, known, common, is_certain=bool(run), is_title=is_title):
            run.append(stem(token.text))
            continue
        if run and (known.language != "de" or _is_german_name(tokens, at - len(run), len(run))):
            yield tuple(run)
        run = []


def _is_name(
    token: Token, known: _Words, common: Container[str], *, is_certain: bool, is_title: bool
) -> bool:
    if token.kind != "word" or not token.text[0].isupper() or len(token.text) < 2:
        return False
    word = fold(POSSESSIVE.sub("", token.text))
    if token.is_first or is_title:
        return word not in known.stop and word not in common
    return is_certain or word not in known.stop


def _is_german_name(tokens: list[Token], at: int, n: int) -> bool:
    """Where every noun has a capital, only several together, capitals alone, or `in Kursk` tell a name."""
    before = tokens[at - 1].text.lower() if at else ""
    return n > 1 or tokens[at].text.isupper() or before in BEFORE_NAMES

"""What the words around a stop tell: abbreviations, and the words that begin sentences, by language."""

import re
from functools import lru_cache
from typing import NamedTuple

# What a dot after a word means. An entry in small letters holds for any case, another for its own
# only; one with a hyphen before it is the end of a word.
NEVER = "never"  # no sentence ends here: Mr. Vale
NAME = (
    "name"  # a name follows, unless it is a word that begins sentences: St. Orrin, J. Vale, Quay St. He left
)
MAYBE = "maybe"  # may well be the last word: Inc., U.S.
NUMBER = "number"  # no sentence ends before a number: No. 7
LATE = "late"  # an end as any other, only not of a sentence that has hardly begun: W 2020 r. Nowak

ABBREVIATIONS = {
    "en": {
        NEVER: """
            mr mrs ms rt messrs mmes mx dr drs prof profs Gen Gens Sen Sens Rep Reps Gov Govs Rev Revs Hon
            Capt Capts Sgt Sgts Cpl Lt Lts Col Cols Maj Cmdr Cdr Brig Adm Amb Pres Supt Insp Det Const Pte Pvt
            Spc Fr Msgr Mgr Cllr Cllrs Ald Atty Asst Assoc Dir Sec Treas Chmn Natl Intl Bp Br e.g eg i.e ie
            viz cf vs v approx ca est incl excl esp resp
            """,
        NAME: """
            St Ste Sts Mt Mts Ft Pt Ave Blvd Rd Hwy Rte Pl Sq Ln Wm Geo Chas Jas Jos Thos Robt Dep Dept
            Depts Ch Th Yu Sh Zh
            """,
        MAYBE: """
            Inc Corp Co Cos Ltd Bros Plc Pty Jr Sr Esq Assn Assns Inst Univ Mfg Tel Svc Svcs Cie Bhd Int'l
            Nat'l Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont
            Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que Alta Sask Man Lab Con Dem ed eds al
            ret hr hrs min mins sec secs ft lb lbs oz yd yds sq cu mil mph
            """,
        NUMBER: """
            no nos nr fig figs vol vols p pp para paras art arts ch chap chaps sect pt pts col ver cl ex c
            op ext tel Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri
            Sat Sun
            """,
        LATE: "a.m p.m am pm",
    },
    "de": {
        NEVER: """
            hr hrn fr frl dr prof dipl ing med jur phil rer nat h.c hl st abg präs vors stv gen geb gest
            verh bzw ca c rd evtl ggf inkl exkl zzgl vgl sog bspw insb zzt hrsg bd z u d i h a
            """,
        NAME: "-str pl min",
        MAYBE: "jh jhd jhdt mio mrd tsd std sek co inc corp ltd",
        NUMBER: """
            nr abs art s kap § abb tab ziff lit jg vol no max tel jan feb mär mrz apr jun jul aug sep sept
            okt nov dez mo di mi do sa so anm rn
            """,
    },
    "fr": {
        NEVER: "M MM Mme Mmes Mlle Mlles Mgr Me Dr Pr prof gén st ste cf env éd dir av bd tél p.ex",
        NAME: "Ch Th Ph Yv",
        MAYBE: "cie inc corp ltd",
        NUMBER: """
            art al no nos n vol chap p pp fig janv févr fév avr juil sept oct nov déc réf
            """,
        LATE: "h",
    },
    "es": {
        NEVER: """
            sr sra sres sras srta srtas d dña dr dra dres prof profa gral gen cnel cap tte sgto lic ing arq
            mons fr sto sta a ud uds vd vds avda av c/ aprox ee p.ej tel tfno dpto
            """,
        NAME: "ma fco",
        MAYBE: "uu cía hnos inc corp ltd h",
        NUMBER: "s art arts núm núms nº vol pág págs p pp fig ene feb abr jun jul ago sept oct nov dic",
    },
    "pl": {
        NEVER: """
            al ks dr hab inż mgr prof płk ppłk mjr kpt por ppor gen św abp bp ul pl np tzw tj tzn red o br
            ob pt dyr zob ds wg woj pow gm ur zm bł adm kmdr sierż insp podinsp nadkom dn kom asp st spocz sp
            z
            """,
        NAME: "im sz cz ch dz rz",
        MAYBE: "os tys mln mld nast inc ltd",
        NUMBER: "ok godz nr str s art ust pkt poz rozdz t vol tel kl § par rys tab",
        LATE: "r w",
    },
    "uk": {
        NEVER: """
            вул просп пл бул пров м с смт обл св проф акад доц ген полк кап див напр т о п пп гр тов інж
            канд ред укл пор
            """,
        NAME: "ім ів дж дз",
        MAYBE: "тис дол",
        NUMBER: "ст ч стор розд кн вип год тел бл рис табл",
        LATE: "р рр хв",
    },
}

# Words that often begin a sentence and seldom are part of a name; before an apostrophe, too.
STARTERS = {
    "en": """
        A An The This That These Those There Here He She It We You They I His Her Its Our Your Their My Who
        What When Where Why How Which Whose Whether While Whatever In On At By For From To With Without
        Within Under Over After Before Since Until Unless During Despite Although Though Because As If But
        And Or Nor So Yet Still Then Thus Also Even Only Just Not No None Nobody Nothing Some Someone Many
        Most Much More Few Both Each Every Everyone Everybody Everything Any Anyone All Another Other Others
        One Two Three Four Five Six Seven Eight Nine Ten Hundreds Thousands Is Are Was Were Has Have Had Do
        Does Did Can Could Should Would Now Later Earlier Today Yesterday Tomorrow Meanwhile However
        Moreover Instead Nevertheless Besides Once Perhaps Maybe Yes Indeed Among About Between Through Like
        Unlike According Officials Officers Asked Last Next Mr. Mrs. Ms.
        Eleven Twelve Dozens Nearly Almost Roughly Critics Analysts Authorities Investigators
        """,
    "de": """
        Der Die Das Den Dem Des Ein Eine Einen Einem Einer Eines Er Sie Es Wir Ihr Ich Man Dieser Diese
        Dieses Diesen Diesem Jener Sein Seine Seinen Ihre Ihren Unser Unsere Mein Wer Was Wann Wo Warum Wie
        Welche Welcher Wenn Weil Da Als Ob Obwohl Während Nachdem Bevor Seit Bis Im In Am An Auf Aus Bei
        Beim Mit Nach Von Vom Vor Zu Zum Zur Über Unter Um Für Gegen Ohne Durch Trotz Wegen Laut Aber Und
        Oder Denn Doch Sondern Auch Noch Nur Nun Nicht Kein Keine Niemand Nichts Jeder Jede Alle Alles Viele
        Beide Beiden Andere Einige Manche Mehr So Dann Danach Dort Hier Heute Gestern Morgen Damals Dabei
        Dafür Dagegen Daher Damit Darum Deshalb Dennoch Trotzdem Außerdem Zudem Zuvor Inzwischen Allerdings
        Jedoch Ja Nein Ist Sind War Waren Hat Haben Hatte Kann
        Zwei Drei Vier Fünf Sechs Sieben Acht Neun Zehn Elf Zwölf Rund Etwa Insgesamt Mehrere Weitere
        """,
    "fr": """
        Le La Les L Un Une Des Du De D Ce C Cet Cette Ces Ça Il Elle Ils Elles On Nous Vous Je J Tu Son Sa
        Ses Leur Leurs Notre Nos Mon Ma Mes Qui Que Qu Quoi Quand Où Pourquoi Comment Si S Mais Et Ou Donc
        Or Ni Car Dans En À Au Aux Par Pour Sur Sous Avec Sans Selon Depuis Pendant Après Avant Chez Entre
        Vers Contre Malgré Lorsque Puis Alors Ainsi Aussi Aujourd Hier Demain Ici Là Lui Personne Rien Tout
        Tous Toute Toutes Chaque Plusieurs Certains Beaucoup Autre Autres Deux Trois Oui Non Ne N Pas
        Cependant Toutefois Enfin Ensuite Est Sont Était
        Quatre Cinq Près Environ
        """,
    "es": """
        El La Los Las Lo Un Una Unos Unas Al Del De Este Esta Estos Estas Ese Esa Esos Esas Esto Eso Aquel
        Aquella Él Ella Ellos Ellas Yo Tú Nosotros Se Su Sus Mi Mis Nuestro Nuestra Que Qué Quien Quién
        Cuando Cuándo Donde Dónde Cómo Como Por Porque Para Pero Y E O Ni Si Sí No En Con Sin Sobre Según
        Desde Hasta Entre Tras Durante Ante Bajo Contra Aunque Mientras Así También Tampoco Además Entonces
        Luego Después Antes Hoy Ayer Ahora Ya Aquí Allí Nadie Nada Todo Todos Toda Todas Cada Varios Muchos
        Otro Otra Otros Ambos Dos Tres Es Son Era Fue Está Hay Había Ha Han
        Cuatro Cinco Unos Casi
        """,
    "pl": """
        Ten Ta To Te Ci Tamten On Ona Ono Oni One Ja My Wy Jego Jej Ich Mój Nasz Kto Co Kiedy Gdzie Dlaczego
        Jak Jaki Który Która Czy Gdy Jeśli Jeżeli Ponieważ Bo Choć Chociaż Ale I A Oraz Lub Albo Więc Jednak
        Natomiast Zaś W We Z Ze Na Do Od Po Przed Przy Pod Nad Za O U Dla Bez Według Podczas Mimo Oprócz
        Obok Wśród Przez Dzięki Nie Nikt Nic Nigdy Wszyscy Wszystko Każdy Niektórzy Wielu Wiele Obaj Obie
        Oba Inny Inni Dwa Dwie Trzy Już Jeszcze Tylko Też Także Również Potem Później Teraz Dziś Dzisiaj
        Wczoraj Jutro Tam Tu Tutaj Tak Jest Są Był Była Było Byli Ma Mają Może Tymczasem Ponadto Zdaniem
        Cztery Pięć Kilka Około Ponad Chodzi Trwa
        """,
    "uk": """
        Цей Ця Це Ці Той Та Те Ті Він Вона Воно Вони Я Ми Ви Його Її Їх Їхній Наш Хто Що Коли Де Чому Як
        Який Яка Які Чи Якщо Бо Хоча Але І Й Або Отже Однак Проте У В З Із Зі На До Від Після Перед При Під
        Над За О Об Для Без Про Через Серед Згідно Не Ні Ніхто Ніщо Ніколи Усі Всі Все Усе Кожен Деякі
        Багато Обидва Обидві Інший Інші Два Дві Три Уже Вже Ще Тільки Також Теж Потім Пізніше Тепер Зараз
        Сьогодні Вчора Учора Завтра Там Тут Так Є Був Була Було Були Може Тим Водночас Крім
        Чотири Кілька Близько Понад Йдеться
        """,
}

TAIL = re.compile(r"(?<=[-'’])[^\W\d_]+\Z")  # ex-Gov, L'art
DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}\Z")  # U.S, Ph.D, J.-P
ORDINAL = re.compile(r"(?:\d{1,2}|[IVXLC]+)\Z")
TIME_GOES_ON = {  # 5 p.m. Tuesday, 4 p.m. EST
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    "EST", "EDT", "ET", "CST", "CDT", "CT", "MST", "MDT", "MT",
    "PST", "PDT", "PT", "GMT", "BST", "UTC", "CET",
}  # fmt: skip
ORDINALS = {"de"}  # languages that write a dot after an ordinal number and begin every noun with a capital
FALLBACK = "en"


class Words(NamedTuple):
    """What the rules know of one language."""

    kinds: dict[str, str]  # an abbreviation without its last dot → what that dot means
    starters: frozenset[str]
    has_ordinals: bool

    def kind(self, token: str) -> str | None:
        """Tell what a dot after `token` means; None: nothing but an end."""
        known = self.kinds.get(token)
        if known is None:
            if len(token) == 1 and token.isupper():
                return NAME
            known = self.kinds.get(token.lower()) or self.kinds.get("-" + token[-3:])
        if known is None and (tail := TAIL.search(token)):
            known = self.kinds.get(tail.group())
        if known is None and (
            ("." in token and DOTTED.match(token)) or (self.has_ordinals and ORDINAL.match(token))
        ):
            return MAYBE if "." in token else NAME
        return known


@lru_cache(maxsize=64)
def words_of(language: str | None, own: tuple[str, ...] = ()) -> Words:
    """Look up what is known of a language; of one that we do not know, what holds for English.

    :param language: ISO 639-1.
    :param own: a desk's own abbreviations, with or without their dots; no sentence ends at them.
    """
    known = language if language in ABBREVIATIONS else FALLBACK
    kinds = {word: kind for kind, words in ABBREVIATIONS[known].items() for word in words.split()}
    kinds |= {word.strip().rstrip("."): NEVER for word in own}
    return Words(kinds, frozenset(STARTERS[known].split()), known in ORDINALS)

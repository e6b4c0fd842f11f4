"""BCP 47 language tags from the codes and names that catalogues use."""

import re
from functools import lru_cache

# ISO 639-2 (bibliographic and terminological) to ISO 639-1, from the Library of Congress,
# https://www.loc.gov/standards/iso639-2/php/code_list.php
_SHORT_FORMS = """
aar aa abk ab afr af aka ak alb sq sqi sq amh am ara ar arg an arm hy hye hy asm as ava av ave ae aym ay aze az
bak ba bam bm baq eu eus eu bel be ben bn bih bh bis bi bos bs bre br bul bg bur my mya my cat ca cha ch che ce
chi zh zho zh chu cu chv cv cor kw cos co cre cr cze cs ces cs dan da div dv dut nl nld nl dzo dz eng en epo eo
est et ewe ee fao fo fij fj fin fi fre fr fra fr fry fy ful ff geo ka kat ka ger de deu de gla gd gle ga glg gl
glv gv gre el ell el grn gn guj gu hat ht hau ha heb he her hz hin hi hmo ho hrv hr hun hu ibo ig ice is isl is
ido io iii ii iku iu ile ie ina ia ind id ipk ik ita it jav jv jpn ja kal kl kan kn kas ks kau kr kaz kk khm km
kik ki kin rw kir ky kom kv kon kg kor ko kua kj kur ku lao lo lat la lav lv lim li lin ln lit lt ltz lb lub lu
lug lg mac mk mkd mk mah mh mal ml mao mi mri mi mar mr may ms msa ms mlg mg mlt mt mon mn nau na nav nv nbl nr
nde nd ndo ng nep ne nno nn nob nb nor no nya ny oci oc oji oj ori or orm om oss os pan pa per fa fas fa pli pi
pol pl por pt pus ps que qu roh rm rum ro ron ro run rn rus ru sag sg san sa sin si slo sk slk sk slv sl sme se
smo sm sna sn snd sd som so sot st spa es srd sc srp sr ssw ss sun su swa sw swe sv tah ty tam ta tat tt tel te
tgk tg tgl tl tha th tib bo bod bo tir ti ton to tsn tn tso ts tuk tk tur tr twi tw uig ug ukr uk urd ur uzb uz
ven ve vie vi vol vo wel cy cym cy wln wa wol wo xho xh yid yi yor yo zha za zul zu
"""

_NAMES = """
afrikaans af albanian sq amharic am arabic ar armenian hy basque eu bengali bn bulgarian bg catalan ca chinese zh
croatian hr czech cs danish da dutch nl english en esperanto eo estonian et finnish fi french fr galician gl
georgian ka german de greek el hebrew he hindi hi hungarian hu icelandic is indonesian id irish ga italian it
japanese ja korean ko latin la latvian lv lithuanian lt macedonian mk malay ms norwegian no persian fa polish pl
portuguese pt romanian ro russian ru sanskrit sa serbian sr slovak sk slovenian sl spanish es swahili sw swedish sv
tagalog tl tamil ta telugu te thai th tibetan bo turkish tr ukrainian uk urdu ur vietnamese vi welsh cy yiddish yi
"""

_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE)
_UNDETERMINED = {"und", "mis", "zxx", "unk"}


@lru_cache(maxsize=4096)
def language_tag(text: str) -> str | None:
    """Return the BCP 47 tag of a language's code or English name, or None if it is unknown.

    Of several languages (`en; fr`) the first one counts. Any code of two or three letters is
    accepted; a code of ISO 639-2 becomes the shorter one, as BCP 47 requires.
    """
    first = re.split(r"[;,|]", text.strip().removeprefix("/languages/"), maxsplit=1)[0].strip().replace("_", "-")
    if named := _pairs(_NAMES).get(first.lower()):
        return named
    match = _TAG.fullmatch(first)
    if match is None or match["language"].lower() in _UNDETERMINED:
        return None
    language = match["language"].lower()
    parts = [_pairs(_SHORT_FORMS).get(language, language)]
    if match["script"]:
        parts.append(match["script"].title())
    if match["region"]:
        parts.append(match["region"].upper())
    return "-".join(parts)


@lru_cache(maxsize=2)
def _pairs(words: str) -> dict[str, str]:
    items = words.split()
    return dict(zip(items[::2], items[1::2], strict=True))

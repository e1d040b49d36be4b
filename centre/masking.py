"""What would tell who wrote a message, taken out of it before anybody outside a case reads it.

Numbers that name somebody (identity, family card, passport, telephone, account), addresses, and names: those that are known
here, those that follow words as "nama saya" or "Pak", and what is written like a name. It takes out too much rather than too
little: a question is understood without a name (data minimisation, UU PDP 27/2022 art. 16 (2) b).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

NAME, NUMBER, ADDRESS = "[nama]", "[nomor]", "[alamat]"

_NUMBER: Final = re.compile(r"\+?\d(?:[^\w\n]{0,3}_?\d){5,}|\b[A-Za-z]{1,2}[ -]?\d{5,}\b")
"""Six digits and more, with whatever people put between them; a letter or two and five digits: a passport."""
_AMOUNT: Final = re.compile(r"(?:rp\.?\s?)?[1-9]\d{0,2}(?:[.,]\d{3}){1,2}(?:,-)?|rp\.?\s?[1-9]\d{0,9}", re.IGNORECASE)
"""1.500.000 and Rp 2500000: what something costs names nobody. A telephone begins with nought, or is longer."""
_DATE: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,3}/\d{4}")
"""A day, or a law (18/2017)."""
_BORN: Final = re.compile(
    r"\b((?:lahir|ttl|kelahiran)\b[^\d\n]{0,30})\d{1,2}[^\w\n]{1,3}\w{1,9}[^\w\n]{1,3}\d{2,4}", re.IGNORECASE
)
"""The day of somebody's birth; other days tell of nobody."""
_ADDRESS: Final = re.compile(
    r"(?<!\S)\S+@\S+|@\w{3,}|https?://\S+|www\.\S+|\b(?:rt|rw)[ .:]*\d+(?:[ /.:]*(?:rw[ .:]*)?\d+)?", re.IGNORECASE
)
_TITLES: Final = (
    "pak|bapak|bpk|bu|ibu|mas|mbak|mba|mbk|kak|bang|abang|om|tante|tuan|nyonya|ny|tn|sdr|sdri|saudara|saudari|haji|hajjah|"
    "ustad|ustadz|ustadzah|kyai|kiai|amaq|inaq|papuq|lalu|baiq|teh|kang|ceu|neng|cak|ning|gus|mr|mrs|miss|madam"
)
_CUES: Final = (
    r"nama(?:ku|nya|ne)?(?: lengkap)?(?: saya| aku| suami| istri| anak| ibu| bapak| ayah| dia| beliau| orangnya)*"
    r"(?: adalah| itu| ialah)?|bernama|an\.|a\.n\.|atas nama|arane|jenengku|jenenge|ngaran(?:na)?|aranku"
)
_GOES_ON: Final = (
    "dia|beliau|ia|kerja|bekerja|mau|mo|ingin|pengen|di|ke|dari|dr|umur|usia|sudah|udah|sdh|udh|yang|yg|tki|tkw|pmi|asal|alamat|"
    "bagaimana|gimana|gmn|berapa|kapan|apa|apakah|nik|no|nomor|desa|lahir|dan|tapi|kok|belum|blm|masih|anak|istri|suami|kerjo|ning"
)
_AFTER_CUE: Final = re.compile(
    rf"\b((?i:{_CUES})[ :=]+)([\w'’.]+(?: (?!(?i:{_GOES_ON})\b)[A-Za-z'’]+)?(?: (?:(?i:bin|binti) \w+|[A-Z][\w'’.]*))*)"
)
"""A name, and in small letters too the word after it, unless the sentence clearly goes on there."""
_AFTER_TITLE: Final = re.compile(rf"\b((?i:{_TITLES})\.? )([A-Z][\w'’]+(?: (?:(?i:bin|binti)|[A-Z][\w'’]+))*)")
_SELF: Final = re.compile(r"^((?:perkenalkan,? )?(?:saya|aku|sy|kulo|tiang|abdi|ini) )([A-Z][\w'’]+(?: [A-Z][\w'’]+)*)")
_CAPITAL: Final = re.compile(r"(?<=[^\s.!?:\n]\s)[A-Z][a-z'’]{2,}(?: (?:bin|binti|[A-Z][a-z'’]{2,}))*")
_ORDINARY_WORDS: Final = """
indonesia malaysia singapura singapore taiwan hongkong hong kong korea jepang japan saudi arab arabia brunei qatar
sabah sarawak johor penang selangor kuala lumpur riyadh jeddah taipei seoul tokyo
kuwait dubai oman bahrain emirat jordan yordania turki eropa polandia hungaria inggris jerman italia kamboja
myanmar thailand laos vietnam filipina cina china macau makau australia selandia amerika kanada jakarta lombok jawa
sunda sasak bali madura sumatera kalimantan sulawesi papua ntt ntb batam medan surabaya bandung mataram timur barat
tengah utara selatan desa kabupaten kecamatan provinsi kantor dinas imigrasi disnaker kbri kjri kdei bpjs bnn
polisi polres polsek bank kur bri bni mandiri bp3mi bp2mi kp2mi pmi cpmi tki tkw pt lpk blk opp desmigratif balai
paspor visa ktp kk akta whatsapp telegram facebook tiktok instagram google januari februari maret april mei juni
juli agustus september oktober november desember senin selasa rabu kamis jumat sabtu minggu ramadan lebaran idul
fitri natal allah islam assalamualaikum waalaikumsalam alhamdulillah insyaallah halo hai permisi tolong mohon
terima kasih selamat pagi siang sore malam saya anda bapak ibu
"""
_ORDINARY: Final = frozenset(_ORDINARY_WORDS.split())
"""What everybody writes with a capital, or at the head of a sentence: places, offices, papers, months, greetings."""


_NAMES: Final = """
abdul abdullah abdurrahman aditya agus ahmad aisyah alimudin aminah amir anisa anita anton ardi asep astuti atik azis
bahri baiq bambang basri budi budiman burhan cecep dadang dani darmawan dedi deni dewi dian dwi endang erna fadli
fahmi faisal farida fathur fatimah fauzi ferdi fikri firman fitria gunawan habib hadi haikal halimah hamid hamzah
handayani hani haris hartini hartono hasan hasanah hasyim hendra heni heri herman hidayat hidayati husen husni ibrahim
idris ikhsan irfan irma irwan iskandar ismail iswandi iwan jaelani jamilah joko julaeha jumadi jumiati jumrah kadek
kasim ketut khadijah khairul khotimah komang komariah kurniawan latifah lilis lina luh lukman mahmud maimunah mariam
mariani marlina maryam marzuki maulana mawardi mira misbah mohamad mohammad muhamad muhammad muhidin mulyadi mulyani
munawarah munir murniati musa mustafa nengah nining novi nuraini nurhasanah nurhayati nurjanah nurlaela nurul
nurwahidah nyoman purnomo qomariah rahmawati ramli ratna ratnasari rauf reni rian ridwan rika rina rini rizal rizky
rofiq rohana rohimah rohmah ropiah rosidah rosmiati rudi rukiah rusdi rusli rusmini sabri sahrul saiful salamah salmah
samsul santi santoso saparudin sapri sarifah satria setiawan sholeh siska siti sofyan solihin sri sudirman sugiarto
suharti suharto suherman sulaiman sulastri sumarni sumiati sunarti supardi suparman supriadi supriyadi suryani susanti
susanto susi sutrisno suwarni syahrul syaiful syamsudin taufik titin toni tri tuti udin umar usman vina wahyudi
wahyuni wardani wati wawan wayan widodo widya wiwin wulandari yanti yanto yati yayan yayuk yudi yuli yuliana yulianti
yunus yusuf zaenab zaenal zahra zainab zainal zainuddin zulkarnain zulkifli
"""
_KNOWN: Final = frozenset(_NAMES.split())
"""Names that many bear and that mean nothing else in a question: people write them in small letters, or shout them."""
_WORD: Final = re.compile(r"[A-Za-z]{2,}")


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text without what would tell who wrote it; `names`: those that are known of the people behind it."""
    text = _ADDRESS.sub(ADDRESS, text)
    text = _BORN.sub(rf"\1{NUMBER}", text)
    text = _NUMBER.sub(_number, text)
    known = {part for name in names for part in (name, *name.split()) if len(part) > 2}
    for part in sorted(known, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    text = _AFTER_CUE.sub(rf"\1{NAME}", text)
    for pattern in (_AFTER_TITLE, _SELF):
        text = pattern.sub(_named, text)
    text = _WORD.sub(lambda found: NAME if found[0].lower() in _KNOWN else found[0], _CAPITAL.sub(_strange, text))
    return re.sub(rf"{re.escape(NAME)}(?:[ ,]+{re.escape(NAME)})+", NAME, text)


def _number(found: re.Match[str]) -> str:
    said = found[0]
    return said if _AMOUNT.fullmatch(said) or _DATE.fullmatch(said) else NUMBER


def _named(found: re.Match[str]) -> str:
    kept = all(word.lower() in _ORDINARY for word in found[2].split())
    return found[0] if kept else f"{found[1]}{NAME}"


def _strange(found: re.Match[str]) -> str:
    """A capital in the middle of a sentence is a name, where it is none of the words that everybody writes so."""
    return found[0] if all(word.lower() in _ORDINARY for word in found[0].split()) else NAME

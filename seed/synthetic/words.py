"""The words of synthetic titles and names."""

_TEXTS = {
    "adjectives": """
        Silent Last Golden Hidden Broken Distant Quiet Burning Winter Crimson Lost Secret Hollow
        Patient Wandering Second Glass Northern Paper Gentle Restless Iron Borrowed Forgotten
    """,
    "nouns": """
        River House Garden Letter Window Stranger Harbour Orchard Mirror Road Island Lantern Daughter
        Clock Forest Map Bridge Storm Sparrow Library Kingdom Journey Shadow Table Mountain Teacher
        Violin Station Door Sea Season Promise
    """,
    "places": """
        Lisbon Kyoto Havana Prague Nairobi Bergen Cairo Lima Dublin Odessa Samarkand Trieste Valparaiso
        Lahore Hanoi Marseille Accra Tbilisi Quebec Palermo Riga Granada Jaipur Tromso
    """,
    "given": """
        Amara Bruno Chiara Dmitri Elif Farid Greta Hugo Ines Jun Kemi Lars Mina Noor Oskar Priya
        Quentin Rosa Samir Tove Umar Vera Wen Yara
    """,
    "family": """
        Abara Becker Castro Duarte Eriksen Fontaine Gupta Haddad Ibarra Jensen Kimura Lindqvist Moreau
        Nakamura Okafor Petrov Quiroga Rossi Silva Tanaka Ueda Varga Weiss Xu Yilmaz Zhou Adeyemi
        Brandt Costa Dahl Endo Ferrari
    """,
    "languages": "en en en en fr de es ja",
}


def vocabulary() -> dict[str, list[str]]:
    """Return lists of words by kind: adjectives, nouns, places, given names, family names and languages."""
    return {kind: text.split() for kind, text in _TEXTS.items()}

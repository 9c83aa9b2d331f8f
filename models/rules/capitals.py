"""Sums of money in Chinese capitals, as cheques and notices of payment must say them."""

from models.messages import sentence

MOST_FEN = 10**14 - 1
"""Below a million million yuan: what the signs below can say."""
_GROUP = 10_000


def capitals(fen: int) -> str:
    """A sum in fen in capitals, with the currency before it and the word for even behind whole yuan and jiao.

    Raises ValueError for a negative sum or one beyond MOST_FEN.
    """
    if not 0 <= fen <= MOST_FEN:
        raise ValueError(fen)
    digits, even = sentence("rules.capitals.digits"), sentence("rules.capitals.even")
    jiao_sign, fen_sign = list(sentence("rules.capitals.parts"))
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = sentence("rules.capitals.money")
    if yuan or not rest:
        words += whole(yuan) + sentence("rules.capitals.yuan")
    if jiao:
        words += digits[jiao] + jiao_sign
    elif cents and yuan:
        words += digits[0]
    return words + (digits[cents] + fen_sign if cents else even)


def whole(number: int) -> str:
    """A whole number in capitals; one zero stands for any number of them between two digits."""
    digits = sentence("rules.capitals.digits")
    ten_thousand, hundred_million = list(sentence("rules.capitals.groups"))
    if not number:
        return digits[0]
    rest, ones = divmod(number, _GROUP)
    high, middle = divmod(rest, _GROUP)
    words, gap = "", False
    for group, sign in ((high, hundred_million), (middle, ten_thousand), (ones, "")):
        if group:
            zero = digits[0] if words and (gap or group < _GROUP // 10) else ""
            words += zero + _within(group) + sign
            gap = False
        else:
            gap = bool(words)
    return words


def _within(group: int) -> str:
    """A number below ten thousand."""
    digits, places = sentence("rules.capitals.digits"), ["", *sentence("rules.capitals.places")]
    words, zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            words += (digits[0] if zero and words else "") + digits[digit] + places[place]
            zero = False
        else:
            zero = True
    return words

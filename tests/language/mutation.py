"""Scripts spoilt at random, repeatably: for the parser to refuse in good order."""

from __future__ import annotations

from random import Random

FRAGMENTS = (
    "'", '"', "`", "'''", "/*", "*/", "--", "##", ";", ";;", "；", "“", "\\", "\n", "\r\n", " ", ".", ",",
    "=", "[", "]", "(", ")", "{", "}", "!", "$", "#if", "#end", "${x}", ":{a}", "as", "as t", "where",
    "and", "options", "partitionBy", "load", "select", "save", "train", "set", "with", "!if", "!elif",
    "!else", "!fi", "!then", "!for", "!done", "in", "true", "null", "1", "-1.5e9", "1e999", "数据", "\0",
    "\ufeff", "\u2028", "\ud800", "\u3000", "x" * 50,
)  # fmt: skip


def random_text(random: Random, length: int = 80) -> str:
    """Characters of any kind, quotes and marks more often than others."""
    marks = "'\"`;!-/*#=.[],\\ \n"
    return "".join(
        random.choice(marks) if random.random() < 0.5 else chr(random.randrange(0x110000))
        for _ in range(random.randrange(length))
    )


def shuffled_fragments(random: Random, length: int = 40) -> str:
    """Pieces of the language in no order."""
    return random.choice(("", " ", "\n")).join(
        random.choice(FRAGMENTS) for _ in range(random.randrange(length))
    )


def mutated(random: Random, script: str) -> str:
    """``script`` with some pieces cut out, put in, doubled or swapped."""
    for _ in range(random.randrange(1, 5)):
        first, last = sorted(random.randrange(len(script) + 1) for _ in range(2))
        last = min(last, first + random.randrange(1, 30))
        piece = random.choice(("", random.choice(FRAGMENTS), script[first:last] * 2))
        script = script[:first] + piece + script[last:]
    return script

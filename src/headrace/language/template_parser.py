"""Template text → tree: references and the part of Velocity that scripts use.

A ``$`` or ``#`` that starts neither is text: ``$1``, ``$.a``, ``a$``, ``# comment``.
An odd number of backslashes before one that would start something makes it text too.
"""

from __future__ import annotations

import re

from headrace.errors import ScriptError
from headrace.graph.span import MappedText
from headrace.language.template_syntax import (
    Binary,
    Choice,
    Constant,
    Expression,
    Foreach,
    Interpolated,
    Item,
    Listing,
    Member,
    Method,
    Node,
    Plain,
    Range,
    Reference,
    SetVariable,
    Unary,
)

MAX_DEPTH = 40
"""How deep directives, parentheses and quoted texts may stand in one another."""

MAX_NODES = 500_000
"""Most references and directives in one text."""

LOOP_MEMBERS = ("index", "count", "hasNext", "first", "last")
"""What ``$foreach`` knows in a loop's body."""

_MARK = re.compile(r"[$#]")
_REFERENCE = re.compile(
    r"\$(?P<quiet>!?)(?:(?P<brace>\{)\s*(?P<braced>[^\W\d][\w-]*)"
    r"|(?P<bare>[A-Za-z_][A-Za-z0-9_]*|[^\W\d]\w*))"
)
_DIRECTIVE = re.compile(
    r"#(?:(?P<open>set|if|elseif|foreach)[ \t]*\(|(?P<word>else|end)\b|\{(?P<braced>else|end)\})"
)
_METHOD = re.compile(r"\.([A-Za-z]\w*)\(")
_MEMBER = re.compile(r"\.([A-Za-z]\w*)")
_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?![A-Za-z_])")
_WORD = re.compile(r"[A-Za-z]+\b")
_OPERATOR = re.compile(
    r"\|\||&&|==|!=|<=|>=|[<>+\-*/%]|\b(?:or|and|eq|ne|lt|gt|le|ge)\b", re.IGNORECASE
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_SYNONYMS = {
    "or": "||", "and": "&&", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
}  # fmt: skip
_BINDING = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip


def parse_template(text: MappedText) -> tuple[Node, ...]:
    """The template's tree.

    Raises
    ------
    ScriptError : at its place, for a directive or reference that is begun and not finished
    """
    return _Parser(text).template()


class _Parser:
    """Recursive descent over the characters; each method's docstring is its production."""

    def __init__(self, text: MappedText) -> None:
        self._mapped = text
        self._text = text.text
        self._position = 0
        self._end = len(text.text)
        self._depth = 0
        self._nodes = 0

    def template(self) -> tuple[Node, ...]:
        """``template = node*``"""
        body, _ = self._body(())
        return body

    def _body(self, closers: tuple[str, ...]) -> tuple[tuple[Node, ...], str]:
        """``node*`` up to one of the directives ``closers``, which is read too and returned."""
        nodes: list[Node] = []
        copied = search = self._position
        while mark := _MARK.search(self._text, search, self._end):
            start = search = mark.start()
            found = self._starts(start, closers)
            if found is None:
                search = start + 1
                continue
            if self._escaped(start, copied):
                nodes.append(Plain(copied, start - 1))
                copied, search = start, start + 1
                continue
            if start > copied:
                nodes.append(Plain(copied, start))
            if word := self._closer(found, closers):
                self._position = found.end()
                return tuple(nodes), word
            nodes.append(self._nested(found))
            copied = search = self._position
        if copied < self._end:
            nodes.append(Plain(copied, self._end))
        self._position = self._end
        return tuple(nodes), ""

    def _starts(self, start: int, closers: tuple[str, ...]) -> re.Match[str] | None:
        if self._text[start] == "$":
            return _REFERENCE.match(self._text, start, self._end)
        found = _DIRECTIVE.match(self._text, start, self._end)
        if found is None or found["open"] in ("set", "if", "foreach"):
            return found
        return found if self._closer(found, closers) else None

    def _closer(self, found: re.Match[str], closers: tuple[str, ...]) -> str:
        if found.re is not _DIRECTIVE:
            return ""
        word = found["open"] or found["word"] or found["braced"]
        return word if word in closers else ""

    def _escaped(self, start: int, lowest: int) -> bool:
        first = start
        while first > lowest and self._text[first - 1] == "\\":
            first -= 1
        return (start - first) % 2 == 1

    def _nested(self, found: re.Match[str]) -> Node:
        self._deeper(found.start())
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(f"more than {MAX_NODES} references", found.start(), found.end())
        if found.re is _REFERENCE:
            node: Node = self._reference(found)
        elif found["open"] == "set":
            node = self._set(found)
        elif found["open"] == "foreach":
            node = self._foreach(found)
        else:
            node = self._choice(found)
        self._depth -= 1
        return node

    def _set(self, opening: re.Match[str]) -> SetVariable:
        """``'#set(' reference '=' expression ')'``"""
        self._position = opening.end()
        name = self._name("#set")
        self._expect("=", "#set($name = value)")
        value = self._expression()
        self._expect(")", "#set($name = value)")
        return SetVariable(name, value, opening.start(), self._position)

    def _foreach(self, opening: re.Match[str]) -> Foreach:
        """``'#foreach(' reference 'in' expression ')' node* '#end'``"""
        self._position = opening.end()
        name = self._name("#foreach")
        self._expect("in", "#foreach($name in list)")
        over = self._expression()
        self._expect(")", "#foreach($name in list)")
        body, closer = self._body(("end",))
        self._closed(opening, closer)
        return Foreach(name, over, body, opening.start(), self._position)

    def _choice(self, opening: re.Match[str]) -> Choice:
        """``'#if(' expression ')' node* ('#elseif(' … ')' node*)* ['#else' node*] '#end'``"""
        self._position = opening.end()
        arms: list[tuple[Expression | None, tuple[Node, ...]]] = []
        closer = "if"
        while closer in ("if", "elseif"):
            condition = self._expression()
            self._expect(")", "#if(condition)")
            body, closer = self._body(("elseif", "else", "end"))
            arms.append((condition, body))
        if closer == "else":
            body, closer = self._body(("end",))
            arms.append((None, body))
        self._closed(opening, closer)
        return Choice(tuple(arms), opening.start(), self._position)

    def _closed(self, opening: re.Match[str], closer: str) -> None:
        if closer != "end":
            word = opening["open"]
            raise self._error(
                f"#{word} has no #end", opening.start(), opening.end(),
                hint=f"write \\#{word} where it is text",
            )  # fmt: skip

    def _name(self, directive: str) -> str:
        """``'$' name | '${' name '}'``"""
        self._skip()
        found = _REFERENCE.match(self._text, self._position, self._end)
        if found is None:
            raise self._error(
                f"{directive} needs a name such as $x", self._position, self._position + 1
            )
        self._position = found.end()
        if found["brace"]:
            self._expect("}", "${name}")
        return found["braced"] or found["bare"]

    def _reference(self, found: re.Match[str]) -> Reference:
        """``'$' ['!'] (name postfix* | '{' name postfix* '}')``"""
        braced = bool(found["brace"])
        name: str = found["braced"] or found["bare"]
        self._position = found.end()
        postfixes: list[Method | Member | Item] = []
        while postfix := self._postfix(name, braced):
            postfixes.append(postfix)
        if braced:
            self._skip()
            if not self._text.startswith("}", self._position, self._end):
                raise self._error(
                    f"the reference to '{name}' has no closing brace",
                    found.start(), self._position,
                    hint="write \\${ where it is text",
                )  # fmt: skip
            self._position += 1
        return Reference(
            name, tuple(postfixes), bool(found["quiet"]), found.start(), self._position
        )

    def _postfix(self, name: str, braced: bool) -> Method | Member | Item | None:
        """``'.' name '(' arguments ')' | '.' name | '[' expression ']'``

        Without braces a name after a dot, and a bracket, are text (``$database.orders``),
        except for the members of ``$foreach``.
        """
        start = self._position
        if method := _METHOD.match(self._text, start, self._end):
            self._position = method.end()
            arguments = self._items(")")
            return Method(method[1], arguments, start, self._position)
        member = _MEMBER.match(self._text, start, self._end)
        if member and (braced or (name == "foreach" and member[1] in LOOP_MEMBERS)):
            self._position = member.end()
            return Member(member[1], start, self._position)
        if braced and self._text.startswith("[", start, self._end):
            self._position += 1
            position = self._expression()
            self._expect("]", "${list[position]}")
            return Item(position, start, self._position)
        return None

    def _items(self, closing: str) -> tuple[Expression, ...]:
        """``[expression (',' expression)*] closing``"""
        items: list[Expression] = []
        if self._accept(closing):
            return ()
        while True:
            items.append(self._expression())
            if not self._accept(","):
                break
        self._expect(closing, f"',' or '{closing}'")
        return tuple(items)

    def _expression(self, binding: int = 1) -> Expression:
        """``unary (operator unary)*``, operators in the order of their binding"""
        self._deeper(self._position)
        left = self._unary()
        while True:
            self._skip()
            found = _OPERATOR.match(self._text, self._position, self._end)
            operator = _SYNONYMS.get(found.group().lower(), found.group()) if found else ""
            if found is None or _BINDING[operator] < binding:
                break
            self._position = found.end()
            right = self._expression(_BINDING[operator] + 1)
            left = Binary(operator, left, right, left.start, right.end)
        self._depth -= 1
        return left

    def _unary(self) -> Expression:
        """``('!' | 'not' | '-') unary | primary``"""
        self._skip()
        start = self._position
        operator = next((o for o in ("!", "-", "not ") if self._accept(o)), None)
        if operator is None:
            return self._primary()
        self._deeper(start)
        operand = self._unary()
        self._depth -= 1
        return Unary("-" if operator == "-" else "!", operand, start, operand.end)

    def _primary(self) -> Expression:
        """``number | text | word | reference | '[' … ']' | '(' expression ')'``"""
        start = self._position
        if self._accept("("):
            inner = self._expression()
            self._expect(")", "')'")
            return inner
        if self._accept("["):
            return self._listing(start)
        if self._text[start : start + 1] in ("'", '"'):
            return self._quoted(start)
        if number := _NUMBER.match(self._text, start, self._end):
            self._position = number.end()
            return Constant(self._number(number.group(), start), start, self._position)
        if (word := _WORD.match(self._text, start, self._end)) and word.group() in _CONSTANTS:
            self._position = word.end()
            return Constant(_CONSTANTS[word.group()], start, self._position)
        if (found := _REFERENCE.match(self._text, start, self._end)) and not self._at_end():
            return self._reference(found)
        shown = self._text[start : start + 1]
        raise self._error(
            f"a value is missing before '{shown}'" if shown else "a value is missing here",
            start, start + 1,
            hint='values: $name, "text", 5, true, [1, 2], [1..5]; write \\# or \\$ for plain text',
        )  # fmt: skip

    def _listing(self, start: int) -> Listing | Range:
        """``'[' [expression (',' expression)*] ']' | '[' expression '..' expression ']'``"""
        if self._accept("]"):
            return Listing((), start, self._position)
        first = self._expression()
        if self._accept(".."):
            last = self._expression()
            self._expect("]", "[first..last]")
            return Range(first, last, start, self._position)
        rest = self._items("]") if self._accept(",") else ()
        if not rest:
            self._expect("]", "',' or ']'")
        return Listing((first, *rest), start, self._position)

    def _quoted(self, start: int) -> Constant | Interpolated:
        """``"'" text "'" | '"' node* '"'``"""
        quote = self._text[start]
        close = self._text.find(quote, start + 1, self._end)
        if close < 0:
            raise self._error(f"the quote {quote} is not closed", start, start + 1)
        if quote == "'":
            self._position = close + 1
            return Constant(self._text[start + 1 : close], start, self._position)
        outer, self._end = self._end, close
        self._position = start + 1
        body, _ = self._body(())
        self._end, self._position = outer, close + 1
        return Interpolated(body, start, self._position)

    def _number(self, digits: str, start: int) -> int | float:
        if len(digits) > 18:
            raise self._error("a number of at most 18 digits", start, start + len(digits))
        return float(digits) if "." in digits else int(digits)

    def _accept(self, text: str) -> bool:
        self._skip()
        if not self._text.startswith(text, self._position, self._end):
            return False
        self._position += len(text)
        return True

    def _expect(self, text: str, form: str) -> None:
        if not self._accept(text):
            found = self._text[self._position : min(self._position + 10, self._end)]
            raise self._error(
                f"'{text}' is missing" + (f" before '{found}'" if found else ""),
                self._position, self._position + 1, hint=f"the form is {form}",
            )  # fmt: skip

    def _skip(self) -> None:
        if space := _SPACE.match(self._text, self._position, self._end):
            self._position = space.end()

    def _at_end(self) -> bool:
        return self._position >= self._end

    def _deeper(self, position: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"nested more than {MAX_DEPTH} deep", position, position + 1)

    def _error(self, message: str, start: int, end: int, hint: str | None = None) -> ScriptError:
        span = self._mapped.span(start, min(end, len(self._text)))
        return ScriptError(message, span=span, hint=hint, code="template")

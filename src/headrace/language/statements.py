"""The productions of single statements: each method's docstring is its grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

from headrace.errors import ScriptError, closest, suggest
from headrace.graph.span import MappedText, Piece, Source, Span
from headrace.language.cursor import Cursor
from headrace.language.lexer import SQL_VERBS, VERBS, Token
from headrace.language.sql_text import parse_sql
from headrace.language.syntax import (
    Command,
    Connect,
    Include,
    Load,
    Register,
    Save,
    Set,
    Statement,
    Text,
    Train,
    Unregister,
)
from headrace.language.values import option_list, set_value

FORMS = {
    "load": "load csv.`data/orders.csv` where header=\"true\" as orders;",
    "save": "save overwrite orders as parquet.`out/orders` where fileNum=1 partitionBy day;",
    "train": "train orders as RandomForest.`churn` where labelCol=\"label\" as result;",
    "run": "run orders as RateSampler.`` where sampleRate=\"0.8,0.2\" as parts;",
    "predict": "predict orders as RandomForest.`churn` as scored;",
    "register": "register RandomForest.`churn` as churn where output=\"label\";",
    "unregister": "unregister churn;",
    "set": "set day = \"2024-01-01\";",
    "connect": "connect jdbc where url=\"jdbc:postgresql://host/shop\" as shop;",
    "include": "include project.`scripts/common.mlsql`;",
}  # fmt: skip
"""The right form of each statement, for hints."""

SAVE_MODES = {mode.lower(): mode for mode in ("overwrite", "append", "errorIfExists", "ignore")}


def parse_statement(source: Source, tokens: list[Token]) -> Statement:
    """The statement that these tokens make; branches and loops are the caller's.

    Raises
    ------
    ScriptError : what was expected, where, and the right form
    """
    cursor = Cursor(source, tokens)
    first = cursor.tokens[0]
    verb = cursor.text(first).lower()
    if first.kind == "command":
        return command(cursor)
    if first.kind != "word" or verb not in VERBS:
        raise _unknown_statement(cursor)
    if verb in SQL_VERBS:
        return parse_sql(source, tokens)
    cursor.form = FORMS[verb]
    cursor.take()
    statement = _PRODUCTIONS[verb](cursor, first.start)
    cursor.expect_end()
    return statement


def load(cursor: Cursor, start: int) -> Load:
    """``'load' target options 'as' name``"""
    format_name, path = target(cursor)
    options = option_list(cursor)
    cursor.expect("as")
    table = cursor.name("a table name")
    _refuse_late_options(cursor, table)
    return Load(format_name, path, options, table, cursor.span_from(start))


def save(cursor: Cursor, start: int) -> Save:
    """``'save' mode* name 'as' target options ['partitionBy' [name] (',' name)*]``"""
    modes: list[Text] = []
    while cursor.at(*SAVE_MODES) and not cursor.next_is("as"):
        modes.append(_save_mode(cursor))
    if not cursor.next_is("as") and cursor.is_at(2, "as"):
        raise _unknown_mode(cursor)
    table = cursor.name("a table name")
    cursor.expect("as")
    format_name, path = target(cursor)
    options = option_list(cursor)
    columns = _partition_columns(cursor)
    return Save(tuple(modes), table, format_name, path, options, columns, cursor.span_from(start))


def train(cursor: Cursor, start: int) -> Train:
    """``('train'|'run'|'predict') name ('as'|'into') target options ('as' name)*``"""
    verb = cast(Literal["train", "run", "predict"], cursor.text(cursor.peek(-1)).lower())
    table = cursor.name("a table name")
    cursor.expect("as", "into")
    operator, path = target(cursor, "an operator's name")
    options = option_list(cursor)
    result = None
    while cursor.accept("as"):
        result = cursor.name("a table name")
        _refuse_late_options(cursor, result)
    return Train(verb, table, operator, path, options, result, cursor.span_from(start))


def register(cursor: Cursor, start: int) -> Register:
    """``'register' target 'as' name options``"""
    operator, path = target(cursor, "an operator's name")
    cursor.expect("as")
    function = cursor.name("a function name")
    options = option_list(cursor)
    return Register(operator, path, function, options, cursor.span_from(start))


def unregister(cursor: Cursor, start: int) -> Unregister:
    """``'unregister' (name | target options)``"""
    if not cursor.next_is("."):
        function = cursor.name("a function name")
        return Unregister(function, cursor.span_from(start))
    operator, function = target(cursor, "an operator's name")
    options = option_list(cursor)
    return Unregister(function, cursor.span_from(start), operator, options)


def set_variable(cursor: Cursor, start: int) -> Set:
    """``'set' dotted_name '=' (value | dotted_name) options``"""
    key = cursor.dotted_name("a variable's name")
    cursor.expect("=")
    text = set_value(cursor)
    if glued := cursor.glued():
        cursor.fail("';'", f'text stands in quotes: "{glued}"')
    return Set(key, text, option_list(cursor), cursor.span_from(start))


def connect(cursor: Cursor, start: int) -> Connect:
    """``'connect' name options ['as' dotted_name]``"""
    format_name = cursor.name("a format's name")
    options = option_list(cursor)
    if cursor.accept("as"):
        name = cursor.dotted_name("a connection's name")
    else:
        name = empty_text(cursor.here())
    return Connect(format_name, options, name, cursor.span_from(start))


def include(cursor: Cursor, start: int) -> Include:
    """``'include' target options``"""
    kind, path = target(cursor, "a kind (project, local or lib)")
    return Include(kind, path, option_list(cursor), cursor.span_from(start))


def command(cursor: Cursor) -> Command:
    """``'!'NAME (string | block | quoted_name | raw_word)*``"""
    first = cursor.take()
    name = command_name(cursor.source, first)
    arguments: list[Text] = []
    while cursor.token is not None:
        arguments.append(argument(cursor))
    return Command(name, tuple(arguments), cursor.span_from(first.start))


def command_name(source: Source, token: Token) -> Text:
    """The name of a command, without its mark."""
    span = source.span(token.start + 1, token.end)
    return Text("word", MappedText.copy_of(span), span)


def argument(cursor: Cursor) -> Text:
    """``string | block | quoted_name | raw_word``"""
    if cursor.text(cursor.token)[:1] in ("“", "”", "‘", "’"):
        cursor.fail("an argument")
    return cursor.text_of(cursor.take())


def target(cursor: Cursor, what: str = "a format's name") -> tuple[Text, Text]:
    """``name '.' (quoted_name | string | block | dotted_name)``"""
    if cursor.at_kind("quoted_name", "string") and not cursor.next_is("."):
        cursor.fail(f"{what} before the path", f"the form is: {cursor.form}")
    format_name = cursor.name(what)
    cursor.expect(".")
    if cursor.at_kind("quoted_name", "string", "block"):
        return format_name, cursor.text_of(cursor.take())
    return format_name, cursor.dotted_name("a path in back-quotes")


def _refuse_late_options(cursor: Cursor, table: Text) -> None:
    if cursor.at("where", "options"):
        word = cursor.text(cursor.token)
        cursor.fail(
            "';'", f"'{word} …' stands before 'as {table.plain}'. The form is: {cursor.form}"
        )


def _save_mode(cursor: Cursor) -> Text:
    """``'overwrite' | 'append' | 'errorIfExists' | 'ignore'``, in its usual spelling"""
    span = cursor.here()
    spelt = SAVE_MODES[cursor.text(cursor.take()).lower()]
    piece = Piece(0, len(spelt), span, verbatim=False)
    return Text("word", MappedText(spelt, (piece,)), span)


def _unknown_mode(cursor: Cursor) -> ScriptError:
    mode = cursor.text(cursor.token)
    hint = suggest(mode, list(SAVE_MODES.values()), "modes")
    return ScriptError(f"unknown save mode '{mode}'", span=cursor.here(), hint=hint)


def _partition_columns(cursor: Cursor) -> tuple[Text, ...]:
    """``['partitionBy' [name] (',' name)*]``"""
    if not cursor.accept("partitionby"):
        return ()
    columns = [cursor.name("a column name")] if cursor.at_name() else []
    while cursor.accept(","):
        columns.append(cursor.name("a column name"))
    return tuple(columns)


def empty_text(span: Span) -> Text:
    """A name that was left out, at the place where it would stand."""
    place = span.source.span(span.start, span.start)
    return Text("word", MappedText.copy_of(place), place)


def _unknown_statement(cursor: Cursor) -> ScriptError:
    token = cursor.token
    span = cursor.here()
    if token is None or token.kind != "word":
        return ScriptError(
            f"a statement begins with a verb or a command, found {cursor.describe(token)}",
            span=span,
            hint=cursor.full_width_hint() or (_COMMAND_HINT if cursor.at("!") else _KNOWN_VERBS),
        )
    word = cursor.text(token)
    near = closest(word, sorted(VERBS))
    hint = f"did you mean '{near}'?" if near else _KNOWN_VERBS
    return ScriptError(f"unknown statement '{word}'", span=span, hint=hint)


_COMMAND_HINT = "a command's name follows its mark without a blank: !show tables;"
_KNOWN_VERBS = f"statements: {', '.join(sorted(VERBS))}, and commands such as !show tables;"

_PRODUCTIONS: dict[str, Callable[[Cursor, int], Statement]] = {
    "load": load,
    "save": save,
    "train": train,
    "run": train,
    "predict": train,
    "register": register,
    "unregister": unregister,
    "set": set_variable,
    "connect": connect,
    "include": include,
}

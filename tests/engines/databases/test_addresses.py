from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from headrace.engines.databases.addresses import Address, find_address
from headrace.errors import DataError
from headrace.graph.step import Json
from headrace.operators.formats.jdbc import JdbcRead, without_password
from headrace.operators.options import bind, given

ROOT = Path("/workspace")


def address(url: str, **options: str) -> Address:
    return find_address(bind(JdbcRead, given({"url": url, **options}), "jdbc").unwrap(), ROOT)


class TestUrls:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("jdbc:postgresql://db:5433/shop", "postgresql+psycopg://db:5433/shop"),
            ("postgres://ann@db/shop", "postgresql+psycopg://ann@db/shop"),
            ("postgresql+psycopg://ann@db/shop", "postgresql+psycopg://ann@db/shop"),
            (
                "jdbc:mysql://db:3306/shop?useSSL=false&characterEncoding=utf8",
                "mysql+pymysql://db:3306/shop",
            ),
            ("jdbc:mariadb://db/shop", "mysql+pymysql://db/shop"),
            ("mysql+pymysql://ann@db/shop", "mysql+pymysql://ann@db/shop"),
            ("jdbc:sqlite:/data/a b.db", "sqlite:////data/a b.db"),
            ("jdbc:sqlite:shop.db", "sqlite:////workspace/shop.db"),
            ("sqlite:///shop.db", "sqlite:////workspace/shop.db"),
            ("sqlite:////data/shop.db", "sqlite:////data/shop.db"),
        ],
    )
    def test_of_java_and_of_python_are_understood(self, url: str, expected: str) -> None:
        assert address(url).url.render_as_string() == expected

    @pytest.mark.parametrize(
        ("url", "options"),
        [
            ("jdbc:mysql://db/shop?user=ann&password=p%40ss", {}),
            ("mysql://ann:p%40ss@db/shop", {}),
            ("jdbc:mysql://db/shop", {"user": "ann", "password": "p@ss"}),
            ("mysql://bob:old@db/shop", {"username": "ann", "password": "p@ss"}),
        ],
    )
    def test_give_user_and_password(self, url: str, options: dict[str, str]) -> None:
        found = address(url, **options)

        assert (found.url.username, found.url.password) == ("ann", "p@ss")
        assert found.shown == "mysql database db/shop as 'ann'"

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("jdbc:oracle:thin:@db:1521/x", "no database can be reached by"),
            ("shop", "no database can be reached by 'shop'"),
            ("jdbc:mysql://db:port/shop", "cannot be read"),
            ("jdbc:sqlite::memory:", "gone when the connection ends"),
            ("jdbc:mysql://db/shop?sslmod=REQUIRED", "parameter 'sslmod' is not known"),
        ],
    )
    def test_that_mean_nothing_are_refused(self, url: str, message: str) -> None:
        with pytest.raises(DataError, match=message):
            address(url)

    def test_ask_for_encryption_and_get_it(self) -> None:
        required = address("jdbc:mysql://db/shop?sslMode=REQUIRED").arguments["ssl"]
        verified = address("jdbc:mysql://db/shop?sslMode=VERIFY_IDENTITY").arguments["ssl"]

        assert isinstance(required, ssl.SSLContext)
        assert required.verify_mode == ssl.CERT_NONE
        assert isinstance(verified, ssl.SSLContext)
        assert (verified.check_hostname, verified.verify_mode) == (True, ssl.CERT_REQUIRED)
        assert "ssl" not in address("jdbc:mysql://db/shop?useSSL=false").arguments
        assert address("jdbc:postgresql://db/x?ssl=true").arguments["sslmode"] == "require"


class TestSecrets:
    def test_are_in_no_text_of_a_record_or_an_address(self) -> None:
        options = {"url": "jdbc:mysql://ann:hush1@db/x?password=hush2", "password": "hush3"}
        record = bind(JdbcRead, given(options), "jdbc").unwrap()
        found = find_address(record, ROOT)

        texts = [repr(record), str(record), record.model_dump_json(), str(record.model_dump())]
        texts += [repr(found), str(found), repr(found.url), record.shown_url]

        assert not [text for text in texts if "hush" in text]
        assert '"url":"jdbc:mysql://ann:***@db/x?password=***"' in record.model_dump_json()

    def test_of_digits_need_no_quotes(self) -> None:
        record = bind(JdbcRead, given({"url": "mysql://db/x", "password": 1234}), "jdbc").unwrap()

        assert record.password is not None
        assert record.password.get_secret_value() == "1234"

    def test_are_in_no_message_about_a_bad_url(self) -> None:
        with pytest.raises(DataError) as caught:
            address("jdbc:mysql://ann:hush@db:port/shop")

        assert "hush" not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("mysql://a:b@c/d", "mysql://a:***@c/d"),
            (
                "jdbc:postgresql://h/d?PASSWORD=x&user=u",
                "jdbc:postgresql://h/d?PASSWORD=***&user=u",
            ),
            ("mysql://a:p@ss@c/d", "mysql://a:***@c/d"),
        ],
    )
    def test_are_starred(self, url: str, shown: str) -> None:
        assert without_password(url) == shown


class TestOptions:
    def test_url_is_needed(self) -> None:
        problems = bind(JdbcRead, given({"dbtable": "t"}), "jdbc").problems

        assert [problem.message for problem in problems] == ["jdbc needs the option 'url'"]

    def test_a_table_and_a_query_are_too_much(self) -> None:
        bound = bind(
            JdbcRead, given({"url": "u", "dbtable": "t", "directQuery": "select 1"}), "jdbc"
        )

        assert "give dbtable or query, not both" in bound.problems[0].message

    def test_that_are_ignored_are_told(self) -> None:
        options: dict[str, Json] = {
            "url": "u",
            "numPartitions": "4",
            "partitionColumn": "id",
            "lowerBound": 1,
        }

        record = bind(JdbcRead, given(options), "jdbc").unwrap()

        assert record.ignored() == ("numPartitions", "partitionColumn", "lowerBound")

"""Facts of queries and of what they find: their texts, their pages, one and first (sections 4 and 17)."""

from __future__ import annotations

from tests.parity.client import Client, Session, ids, raised


def query_without_select_asks_for_the_default_projections(client: Client, session: Session) -> None:
    # Section 4, query: those of the type that the text starts with; section 17 pins the text of the page.
    session.query("User limit 10").all()
    assert client.server.expressions == ["select id from User offset 0 limit 10"]
    client.server.clear()
    session.query('Task where name is "absent"').all()
    projections = ", ".join(client.server.schema("Task")["default_projections"])
    assert client.server.expressions == [f'select {projections} from Task where name is "absent" offset 0 limit 500']


def query_with_select_is_sent_as_it_is(client: Client, session: Session) -> None:
    # Section 4, query.
    session.query("select username, email from User").all()
    assert client.server.expressions == ["select username, email from User offset 0 limit 500"]


def query_sends_nothing_before_it_is_read(client: Client, session: Session) -> None:
    # Section 4, query: the result is lazy.
    result = session.query("User")
    assert client.server.requests == []
    assert result[0] is not None
    assert len(client.server.requests) == 1


def query_of_an_unknown_type_is_refused(client: Client, session: Session) -> None:
    # Section 4, query: a KeyError, at once. Ours says which error it is; that is another LookupError.
    with raised(client.error(original="KeyError", ours="UnrecognisedEntityTypeError")):
        session.query("NoSuchType")
    assert client.server.expressions == []


def pages_are_asked_for_as_told(client: Client, session: Session) -> None:
    # Section 17: size of a page, its start, and the limit of the query, which makes pages smaller.
    cases = (
        ("User limit 4", 2, ["offset 0 limit 2", "offset 2 limit 2"]),
        ("User limit 3", 2, ["offset 0 limit 2", "offset 2 limit 2"]),
        ("User limit 3", 500, ["offset 0 limit 3"]),
        ("User offset 1 limit 3", 2, ["offset 1 limit 2", "offset 3 limit 2"]),
        ("User limit 3 offset 1", 2, ["offset 1 limit 2", "offset 3 limit 2"]),
    )
    everybody = [row["id"] for row in client.server.rows("select id from User")]
    assert len(everybody) >= 5
    for text, page_size, pages in cases:
        client.server.clear()
        found = session.query(text, page_size=page_size).all()
        start = 1 if "offset" in text else 0
        limit = 4 if "limit 4" in text else 3
        assert ids(found) == everybody[start : start + limit], text
        assert client.server.spaced_expressions == [f"select id from User {page}" for page in pages], text


def pages_end_where_the_server_says_so(client: Client, session: Session) -> None:
    # Section 17: without the offset of a next page there is no further call.
    production = client.server.production(4)
    for page_size, calls in ((500, 1), (4, 1), (3, 2), (2, 2), (1, 4)):
        client.server.clear()
        found = session.query(
            f"select id from Task where project_id is {production.project}", page_size=page_size
        ).all()
        assert len(client.server.requests) == calls, page_size
        assert set(ids(found)) == set(production.tasks)


def page_size_is_the_second_argument(client: Client, session: Session) -> None:
    # Section 4, query: with 500 where none is given.
    session.query("User", 3)[0]
    session.query("User")[0]
    assert [text.rpartition(" ")[2] for text in client.server.expressions] == ["3", "500"]


def item_fetches_only_the_pages_before_it(client: Client, session: Session) -> None:
    # Section 17.
    production = client.server.production(5)
    result = session.query(f"Task where project_id is {production.project} order by name", page_size=2)
    assert result[0]["id"] == production.tasks[0]
    assert len(client.server.requests) == 1
    assert result[2]["id"] == production.tasks[2]
    assert len(client.server.requests) == 2
    assert result[1]["id"] == production.tasks[1]
    assert len(client.server.requests) == 2
    with raised(IndexError):
        result[5]
    assert len(client.server.requests) == 3


def length_and_list_fetch_everything_once(client: Client, session: Session) -> None:
    # Section 17: what was fetched is kept.
    production = client.server.production(5)
    result = session.query(f"Task where project_id is {production.project} order by name", page_size=2)
    assert len(result) == 5
    assert len(client.server.requests) == 3
    assert isinstance(result.all(), list)
    assert ids(result.all()) == ids(list(result)) == list(production.tasks)
    assert len(client.server.requests) == 3


def iteration_fetches_page_by_page(client: Client, session: Session) -> None:
    # Section 17: iteration goes by index.
    production = client.server.production(5)
    result = session.query(f"Task where project_id is {production.project} order by name", page_size=2)
    rows = iter(result)
    assert [next(rows)["id"], next(rows)["id"]] == list(production.tasks[:2])
    assert len(client.server.requests) == 1
    assert next(rows)["id"] == production.tasks[2]
    assert len(client.server.requests) == 2


def result_without_rows_is_empty(client: Client, session: Session) -> None:
    # Section 17.
    result = session.query('User where username is "nobody.at.all"')
    assert len(result) == 0
    assert result.all() == []
    with raised(IndexError):
        result[0]


def slices_and_indices_from_the_end(client: Client, session: Session) -> None:
    # Section 17: the original takes neither before all is fetched; ours fetches what they need.
    production = client.server.production(5)
    text = f"Task where project_id is {production.project} order by name"
    if client.is_ours:
        assert session.query(text, page_size=2)[-1]["id"] == production.tasks[-1]
        assert ids(session.query(text, page_size=2)[1:4]) == list(production.tasks[1:4])
        return
    with raised(IndexError):
        session.query(text, page_size=2)[-1]
    with raised(TypeError):
        session.query(text, page_size=2)[1:4]


def one_gives_the_only_row(client: Client, session: Session) -> None:
    # Section 17: it asks for two rows.
    user = session.query(f'User where username is "{client.server.user}"').one()
    assert user.entity_type == "User"
    assert client.server.expressions == [f'select id from User where username is "{client.server.user}" limit 2']


def one_refuses_none_and_several(client: Client, session: Session) -> None:
    # Section 17, and the error classes of section 26.
    with raised(client.error("NoResultFoundError")):
        session.query('User where username is "nobody.at.all"').one()
    with raised(client.error("MultipleResultsFoundError")):
        session.query("User").one()
    for name in ("NoResultFoundError", "MultipleResultsFoundError"):
        assert issubclass(client.error(name), client.error("IncorrectResultError"))


def one_refuses_a_window(client: Client, session: Session) -> None:
    # Section 17: with an offset or a limit it is a ValueError, and nothing is sent.
    for window in ("limit 1", "offset 1", "offset 1 limit 1"):
        with raised(ValueError):
            session.query(f"User {window}").one()
    assert client.server.requests == []


def first_gives_the_first_row_or_none(client: Client, session: Session) -> None:
    # Section 17: it asks for one row.
    production = client.server.production(2)
    text = f"select id from Task where project_id is {production.project}"
    assert session.query(f"{text} order by name").first()["id"] == production.tasks[0]
    assert session.query(f'{text} and name is "absent"').first() is None
    assert client.server.expressions == [
        f"{text} order by name limit 1",
        f'{text} and name is "absent" limit 1',
    ]


def first_keeps_an_offset_and_refuses_a_limit(client: Client, session: Session) -> None:
    # Section 17.
    everybody = [row["id"] for row in client.server.rows("select id from User")]
    assert session.query("User offset 2").first()["id"] == everybody[2]
    assert client.server.spaced_expressions == ["select id from User offset 2 limit 1"]
    with raised(ValueError):
        session.query("User limit 2").first()


def one_and_first_always_ask(client: Client, session: Session) -> None:
    # Section 17: what was fetched before does not count.
    result = session.query(f'User where username is "{client.server.user}"')
    result.all()
    client.server.clear()
    assert result.one() is result.first()
    assert len(client.server.requests) == 2


def limit_inside_a_string(client: Client, session: Session) -> None:
    # Section 17: the original takes it for the limit of the query; to ours it is text.
    text = 'User where first_name is "limit 5"'
    with raised(client.error(original="ValueError", ours="NoResultFoundError")):
        session.query(text).one()
    session.query(text).all()
    taken = client.expect(original="limit 5", ours="limit 500")
    assert client.server.expressions[-1].endswith(f"offset 0 {taken}")
    assert ('"limit 5"' in client.server.expressions[-1]) is client.is_ours


def refused_query_is_a_server_error(client: Client, session: Session) -> None:
    # Section 8, and protocol section 1.4 for the text.
    for text, word in (
        ("select id from User where no_such_attribute is 1", "no_such_attribute"),
        ("select no_such_attribute from User", "no_such_attribute"),
    ):
        with raised(client.error("ServerError"), "Server reported error", word):
            session.query(text).all()
    assert session.query("User").first() is not None


def batch_gives_a_result_for_each_operation(client: Client, session: Session) -> None:
    # Sections 4 and 8: call takes raw operations.
    first, second = session.call(
        [
            {"action": "query", "expression": "select id from User limit 1"},
            {"action": "query", "expression": 'select id from User where username is "nobody.at.all"'},
        ]
    )
    assert first["action"] == second["action"] == "query"
    assert len(first["data"]) == 1
    assert second["data"] == []
    assert len(client.server.requests) == 1
    # Section 8: the original makes entities of the rows. Ours gives them as they came.
    assert isinstance(first["data"][0], dict) is client.expect(original=False, ours=True)
    assert first["data"][0]["id"]


def unknown_action_is_a_server_error(client: Client, session: Session) -> None:
    # Sections 8 and 10, protocol section 1.4.
    with raised(client.error("ServerError"), "Invalid action u'no_such_action'"):
        session.call([{"action": "no_such_action"}])


def rows_have_their_own_types(client: Client, session: Session) -> None:
    # Section 4, query: what is found by a common type is what it is.
    production = client.server.production(1)
    found = session.query(f"select id from TypedContext where project_id is {production.project}").all()
    assert {entity.entity_type for entity in found} == {"Shot", "Task"}
    project = session.query(f"Context where id is {production.project}").one()
    assert project.entity_type == "Project"

"""The schema that the browsers' types are made of says what is really sent."""

from __future__ import annotations

from uwallet_gateway.protocol.events import DeskEvents, WidgetEvents
from uwallet_gateway.protocol.schema import schema


def test_schema_has_every_event_and_no_name_twice() -> None:
    models = schema()["$defs"]
    for events in (WidgetEvents, DeskEvents):
        assert set(models[events.__name__]["properties"]) == set(events.model_fields)
    # Two models of one name get long names by module, and the generated types would change theirs.
    assert not [name for name in models if "__" in name]


def test_topic_step_and_progress_are_described_though_the_engine_owns_them() -> None:
    ticket = schema()["$defs"]["TicketDetails"]["properties"]
    for name, fields in (
        ("topic", ["id", "title"]),
        ("step", ["number", "count", "id", "title"]),
        ("progress", ["title", "number", "count", "steps"]),
    ):
        assert ticket[name]["anyOf"][0]["required"] == fields

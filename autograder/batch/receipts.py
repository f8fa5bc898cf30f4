"""What another system says of a submission: when it was received, whether it is late, and what it calls the attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .schema import submissions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .store import LastSubmission, NewSubmission, Store


def complete(store: Store, connection: Connection, slug: str, new: NewSubmission, before: LastSubmission) -> None:
    """Add the time of receipt and the lateness, where they were not known. What is known never changes."""
    values = {
        name: getattr(new, name)
        for name in ("received_at", "late")
        if getattr(before, name) is None and getattr(new, name) is not None
    }
    if values:
        mine = (submissions.c.course == store.course, submissions.c.slug == slug)
        own = (submissions.c.person == new.person, submissions.c.attempt == before.attempt)
        connection.execute(submissions.update().where(*mine, *own).values(values))
        store.note(connection, "imported", slug, f"attempt {before.attempt}{text(new)}", new.person)


def text(new: NewSubmission) -> str:
    """Return what the other system says, for the log."""
    received = f", received {new.received_at}" if new.received_at else ""
    late = "" if new.late is None else ", late there" if new.late else ", in time there"
    return f"{received}{late}{f', attempt {new.lms_attempt} there' if new.lms_attempt else ''}"

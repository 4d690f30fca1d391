"""The figures of answers as rows of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uwallet_gateway.insight.csv_export import Cell, ExportTexts
from uwallet_gateway.protocol.answer_figures import AnswerFiguresRow


def answer_rows(
    answers: Iterable[AnswerFiguresRow], reasons: dict[tuple[str, str | None], dict[str, int]], texts: ExportTexts
) -> list[Sequence[Cell]]:
    """A row for each answer, below the headings.

    Args:
        answers: In the order of the rows.
        reasons: Of the 踩 of each, by topic and place.
        texts: Headings and words.
    """
    rows: list[Sequence[Cell]] = [list(texts.answers.values())]
    for row in answers:
        now, before = row.now, row.before
        rows.append(
            [
                row.topic,
                row.place,
                texts.answer_kinds[row.kind],
                row.topic_title,
                row.title,
                now.shown,
                now.conversations,
                now.helpful,
                now.unhelpful,
                texts.reason_separator.join(
                    texts.reason.format(reason=texts.feedback_reasons.get(reason, reason), count=count)
                    for reason, count in reasons.get((row.topic, row.place), {}).items()
                ),
                now.solved,
                now.handed_off,
                now.not_understood,
                before.shown if before else None,
                before.unhelpful if before else None,
                before.solved if before else None,
                before.handed_off if before else None,
                before.not_understood if before else None,
            ]
        )
    return rows

"""The shape of `danger.yml` and `crisis.yml`: the conversations that follow a fraud, a theft, a cry for help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from actions.knowledge.expressions import Expressions
from actions.knowledge.schema import Text

if TYPE_CHECKING:
    # In `typing` since 3.11.
    from typing_extensions import Self

# What is known beside the facts that messages tell: the kinds of alarm, and what the state says.
GIVEN = frozenset({"fraud_underway", "victim", "crisis", "handed_over", "of_other"})


_Found = TypeVar("_Found")
# Clauses of some turns. Each is looked at several times in one.
_REMEMBERED = 256


class InClause(Generic[_Found]):
    """What hundreds of expressions find in a clause, remembered: several readers of a turn ask for the same."""

    def __init__(self, danger: Danger) -> None:
        """Remembers nothing yet."""
        self._danger = danger
        self._known: dict[str, _Found] = {}

    def of(self, clause: str, look: Callable[[Danger, str], _Found]) -> _Found:
        """Returns what `look` finds in a clause; it is always the same function."""
        found = self._known.get(clause)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[clause] = look(self._danger, clause)
        return found


class Condition(BaseModel):
    """When something fits, by what is known.

    Attributes:
        needs: All of these are known.
        one_of: At least one of these is, if there are any.
        unless: None of these is.
    """

    needs: list[str] = []
    one_of: list[str] = []
    unless: list[str] = []

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    def fits(self, known: Collection[str]) -> bool:
        """Whether it fits what is known."""
        return (
            all(fact in known for fact in self.needs)
            and (not self.one_of or any(fact in known for fact in self.one_of))
            and not any(fact in known for fact in self.unless)
        )


class Fact(BaseModel):
    """Something that a message may tell.

    A message tells it when the model hears it (`data/said/`, by its name), or one of the expressions does.

    Attributes:
        said: Regular expressions, over a clause or the whole message without spaces and punctuation.
        labels: Labels of `data/after_alarm/` that tell it.
        is_denial: Whether a no belongs to it (「没转」); of others a no says the opposite.
        ends: Facts that it takes back.
        corrects: Facts that were misheard if it is so; the bot says sorry.
        implies: Facts that are known with it.
        is_grave: Whether it is answered before what is asked.
        acknowledged: What is said to it before the answer to a question in the same message.
        each_time: Whether it is grave each time that it is told.
        recalls: Measures that may be told again once it is news.
        leads: Whether it is answered before other news.
        refuses: Facts that are not so because it is not wanted.
        unless: Facts with which it is not believed, known before or told beside: it was misheard.
        about: Words of what it is done with. Where all clauses with one of them demand or deny it, it is not done.
    """

    said: list[str] = []
    labels: list[str] = []
    is_denial: bool = False
    ends: list[str] = []
    corrects: list[str] = []
    implies: list[str] = []
    is_grave: bool = False
    acknowledged: Text | None = None
    each_time: bool = False
    recalls: list[str] = []
    leads: bool = False
    refuses: list[str] = []
    unless: list[str] = []
    about: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Deed(BaseModel):
    """Something that a user can have done; its name is that of the fact that it is done.

    Attributes:
        names: Regular expression of the words that name it in a clause.
        verbs: Regular expression of what is done.
        undone: Regular expression of a clause that says that it is not done.
        evidence: Regular expression of a clause that shows it whoever is named (「民警让我等」).
        asks: The question that a no answers, too: it is still to be done.
    """

    names: str
    verbs: str = "(?!)"
    undone: str | None = None
    evidence: str | None = None
    asks: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class NextAct(BaseModel):
    """An act that somebody asks whether to do.

    Attributes:
        asks: The question, whose reaction begins with a plain yes or no.
        words: Regular expression of its words; what it finds is `{act}` in the reaction.
    """

    asks: str
    words: str

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Opening(Condition):
    """What is said first, for one situation.

    Attributes:
        says: Its bubbles.
        tells: The measures that it tells.
    """

    says: list[Text]
    tells: list[str] = []


class Reaction(Condition):
    """What is said to something, if it fits.

    Attributes:
        says: Its variants, one bubble each.
        tells: The measures that it tells.
        is_whole: Whether nothing is added to it.
        offer_human: Whether a human is offered with it.
        offers: The topic whose procedure is offered with it, if one is.
    """

    says: list[Text]
    tells: list[str] = []
    is_whole: bool = False
    offer_human: bool = False
    offers: str | None = None


class Measure(Condition):
    """Something that helps now.

    Attributes:
        does: What it does; measures that do the same are one, for different situations.
        says: Its variants, one bubble each.
        offer_human: Whether it is the offer of a human.
        can_wait: Whether it is left out beside the answer to a question, where it would only get in the way.
        is_first: Whether it is said before everything else, even before the answer to a question.
    """

    does: str
    says: list[Text]
    offer_human: bool = False
    can_wait: bool = False
    is_first: bool = False


class Danger(BaseModel):
    """The conversation that follows an alarm. In its texts `{person}` is whoever it has happened to.

    Attributes:
        unreal: Regular expression of clauses that ask or suppose, and so tell nothing.
        refused: Regular expression of what stands right before something that was not done.
        facts: What a message may tell, the gravest first.
        questions: By label, regular expressions of what is asked, the first that fits counts.
        openings: What is said first, the first that fits counts.
        reactions: By label or fact, what is said to it, the first that fits counts.
        measures: What helps, the most pressing first.
        told_by: The measures that answers of `safety.yml` tell.
        labels: The reaction to a label of `data/after_alarm/` that is called otherwise here.
        by_words: Facts and questions of which there are no examples: their expressions count alone. Of all others the
            model must have an inkling, too.
        generic: Questions that need no answer of their own beside another.
        urgent: Questions that are answered before others of the same message.
        alike: Questions that one answer is enough for.
        persons: By how somebody near is called in a reply, the words that the user has for them.
        person: How they are called when the user has no word for them.
        insists: Regular expression of what somebody says who is not listened to (「我说了我在外地」).
        apologies: What is said first to them, and to a correction.
        guides: By topic, regular expressions of a wish to be led through its procedure (「带我改密码」).
        certain: Questions whose expressions leave no doubt, whatever the model hears.
        about: By fact or question, regular expression of what a message has in which the model hears it rightly.
        consents: Regular expression of a yes to a procedure that was offered.
        deeds: By fact, how a clause speaks of something that can be done. It is done only where a clause says so that
            neither asks nor denies nor means to.
        whether: Regular expression of the words by which one asks whether (「要不要」); they deny nothing.
        asks_done: Regular expression of other clauses that ask.
        meant: Regular expression of what stands before something that is only meant, supposed or demanded.
        supposed: Regular expression of the same, also before what sounds done (「想挂了」).
        asks_bare: Regular expression of a clause that asks whether to do what the clause before has named.
        unwilling: Regular expression of what stands before something that somebody will not do (「她不肯打」).
        not_done: Regular expression of a clause that denies without naming what (「没打呢」).
        asks_act: Regular expression of a clause that asks whether to do something.
        no_act: Regular expression of a clause that asks something else in such a form.
        acts: What may be asked so, the first that fits counts.
        act: What stands for `{act}` where no word of the act is known.
        sure: What is heard with less probability gets no answer of its own. Of what is heard with 0.5, half is so among
            writers of whom the model has not learnt.
        subjects: By reaction, the facts, questions and moods that are about one thing. Where none of them is surely
            heard but all together, this is what is said.
        subject_words: By subject, regular expression of words that name it where nothing of it is heard.
        not_asked: Regular expression of a clause that says that something is not asked, or only reproaches.
        titles: By question, how it is offered to whoever may have meant it.
        felt: By mood or fact, the sentence that takes up how somebody feels before something else is answered.
    """

    unreal: str = "(?!)"
    refused: str = "(?!)"
    facts: dict[str, Fact]
    questions: dict[str, list[str]] = {}
    openings: list[Opening]
    reactions: dict[str, list[Reaction]]
    measures: list[Measure]
    told_by: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    by_words: list[str] = []
    generic: list[str] = []
    urgent: list[str] = []
    alike: list[list[str]] = []
    persons: dict[str, str] = {}
    person: str = ""
    insists: str = "(?!)"
    apologies: list[Text] = []
    guides: dict[str, list[str]] = {}
    certain: list[str] = []
    about: dict[str, str] = {}
    consents: str = "(?!)"
    deeds: dict[str, Deed] = {}
    whether: str = "(?!)"
    asks_done: str = "(?!)"
    meant: str = "(?!)"
    supposed: str = "(?!)"
    asks_bare: str = "(?!)"
    unwilling: str = "(?!)"
    not_done: str = "(?!)"
    asks_act: str = "(?!)"
    no_act: str = "(?!)"
    acts: list[NextAct] = []
    act: str = ""
    sure: float = 0.5
    subjects: dict[str, list[str]] = {}
    subject_words: dict[str, str] = {}
    not_asked: str = "(?!)"
    titles: dict[str, Text] = {}
    felt: dict[str, Text] = {}

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @cached_property
    def asked(self) -> list[str]:
        """By expression of a question, its label."""
        return [label for label, patterns in self.questions.items() for _ in patterns]

    @cached_property
    def asking(self) -> Expressions:
        """The expressions of the questions, in that order."""
        return Expressions([pattern for patterns in self.questions.values() for pattern in patterns])

    @cached_property
    def told(self) -> list[str]:
        """By expression of a fact, its name."""
        return [name for name, fact in self.facts.items() for _ in fact.said]

    @cached_property
    def telling(self) -> Expressions:
        """The expressions of the facts, in that order."""
        return Expressions([pattern for fact in self.facts.values() for pattern in fact.said])

    @cached_property
    def facts_in_clause(self) -> InClause[frozenset[str]]:
        """The facts that the latest clauses tell by their words."""
        return InClause(self)

    @cached_property
    def question_in_clause(self) -> InClause[int]:
        """The place in `asked` of what the latest clauses ask, or how many there are."""
        return InClause(self)

    @cached_property
    def deeds_in_clause(self) -> InClause[Any]:
        """How the latest clauses speak of deeds; `actions.reading.deeds` knows in what shape."""
        return InClause(self)

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        known = {*self.facts, *GIVEN}
        missing = sorted({name for condition in self._conditions() for name in _named(condition)} - known)
        missing += sorted({name for fact in self.facts.values() for name in _tied(fact)} - known)
        missing += sorted(set(self.deeds) - set(self.facts))
        if missing:
            raise ValueError(f"facts: {missing[0]!r} is named, but not there")
        done = {measure.does for measure in self.measures}
        told = {name for entry in self._telling() for name in entry.tells}
        told |= {name for names in self.told_by.values() for name in names}
        told |= {name for fact in self.facts.values() for name in fact.recalls}
        if told - done:
            raise ValueError(f"measures: {sorted(told - done)[0]!r} is named, but not there")
        alike = [name for names in self.alike for name in names]
        for label in (
            *self.questions,
            *self.certain,
            *self.generic,
            *self.urgent,
            *alike,
            *self.about,
            *self.subjects,
            *(name for names in self.subjects.values() for name in names),
            *self.subject_words,
            *self.titles,
            *self.felt,
            *self.labels.values(),
            *self.facts,
            *(act.asks for act in self.acts),
            *(deed.asks for deed in self.deeds.values() if deed.asks),
            "asks",
            "tells",
        ):
            if label not in self.reactions:
                raise ValueError(f"reactions: {label!r} is missing")
        doubled = next((title for title, count in Counter(self.titles.values()).items() if count > 1), None)
        if doubled:
            raise ValueError(f"titles: {doubled!r} stands for two questions")
        return self

    def _conditions(self) -> Iterator[Condition]:
        yield from self.openings
        yield from self.measures
        for reactions in self.reactions.values():
            yield from reactions

    def _telling(self) -> Iterator[Opening | Reaction]:
        yield from self.openings
        for reactions in self.reactions.values():
            yield from reactions


def _tied(fact: Fact) -> Iterator[str]:
    yield from fact.ends
    yield from fact.corrects
    yield from fact.implies
    yield from fact.refuses
    yield from fact.unless


def _named(condition: Condition) -> Iterator[str]:
    yield from condition.needs
    yield from condition.one_of
    yield from condition.unless

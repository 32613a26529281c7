"""Forms from the table of moves: each move's fields become the controls that it demands, in place."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from xiucheng.foundation.people import queries as people
from xiucheng.kit.moves import Field, Move
from xiucheng.operations.cases.rules import MOST_WORDS
from xiucheng.operations.cases.views import CaseView

from .names import Names
from .wording import ASKED

Choices = list[tuple[str, str]]


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class Pictures(forms.Field):
    """Several uploaded files; how many the move judges, what they are the room of media."""

    widget = ManyFiles

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


def _text(field: Field, context: "Context") -> forms.Field:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "data-most": field.most or MOST_WORDS}))


def _agency(field: Field, context: "Context") -> forms.Field:
    return forms.ChoiceField(choices=context.agencies())


def _person(field: Field, context: "Context") -> forms.Field:
    return forms.ChoiceField(choices=context.colleagues())


def _pictures(field: Field, context: "Context") -> forms.Field:
    return Pictures(field.most or 1)


def _choice(field: Field, context: "Context") -> forms.Field:
    choices: Choices = [(key, str(label)) for key, label in field.choices]
    # What must be said is said by whoever decides, never by the first of the list.
    initial = None if field.required else choices[0][0]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, initial=initial)


def _number(field: Field, context: "Context") -> forms.Field:
    return forms.IntegerField(min_value=1, max_value=field.most)


def _case(field: Field, context: "Context") -> forms.Field:
    return forms.CharField(max_length=40, help_text=_("填案卷编号，连字符可省略。"))


def _request(field: Field, context: "Context") -> forms.Field:
    return forms.ChoiceField(choices=context.requests(), widget=forms.RadioSelect)


KINDS: Mapping[str, Callable[[Field, "Context"], forms.Field]] = {
    "text": _text,
    "agency": _agency,
    "person": _person,
    "media": _pictures,
    "choice": _choice,
    "number": _number,
    "case": _case,
    "request": _request,
}


class Context:
    """What the controls of a case's moves choose from; each list is read only when a move asks for it."""

    def __init__(self, case: CaseView, now: datetime, suggested: UUID | None = None) -> None:
        self.case, self.now, self.suggested = case, now, suggested

    def agencies(self) -> Choices:
        """Agencies a case can go to, the suggested one first and said to be so."""
        found = [one for one in people.agencies() if one.id != self.case.facts.agency_id]
        found.sort(key=lambda one: one.id != self.suggested)
        named = [(str(one.id), _("%(name)s（建议）") % {"name": one.name} if one.id == self.suggested else one.name)
                 for one in found]  # fmt: skip
        return named if self.suggested else [("", _("请选择")), *named]

    def colleagues(self) -> Choices:
        """The people of the agency that has the case."""
        agency = self.case.facts.agency_id
        if agency is None:
            return []
        names = people.person_names(people.members(agency, self.now))
        return [("", _("请选择")), *((str(key), name) for key, name in names.items())]

    def requests(self) -> Choices:
        """The requests on this case that the reader may decide."""
        mine = [one for one in self.case.requests if one.mine]
        known = Names.of_actors(one.asked_by for one in mine)
        return [
            (str(one.id), _("%(who)s申请%(what)s") % {"who": known.actor(one.asked_by), "what": ASKED[one.what]})
            for one in mine
        ]


def move_form(
    move: Move, context: Context, data: Mapping[str, Any] | None = None, files: MultiValueDict[str, Any] | None = None
) -> forms.Form:
    """The form of a move. Requirement is left to the table of moves, so that there is one place that judges."""
    form = forms.Form(data, files, auto_id=f"id_{move.name}_%s")
    for field in move.fields:
        if field.kind not in KINDS:
            continue
        control = KINDS[field.kind](field, context)
        control.label = str(field.label)
        control.required = field.required
        form.fields[field.name] = control
    if move.name == "reply" and context.case.facts.after_photo:
        form.fields["media"].required = True
        form.fields["media"].help_text = _("必须有一张处置后新拍的图片；案卷里已有的不算。")
    _preset(form, context)
    return form


def _preset(form: forms.Form, context: Context) -> None:
    if "request" in form.fields:
        choices: Sequence[tuple[str, str]] = list(form.fields["request"].choices)  # type: ignore[attr-defined]
        if choices:
            form.fields["request"].initial = choices[0][0]

"""The engine of moves: a table of named, permitted changes that drives the API, the buttons, the diagram and tests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .refused import Refused
from .words import shows

UNDO_WINDOW = timedelta(seconds=10)
"""How long the one who did something in one press may take it back in one press (STANDARDS §1, undo)."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a move asks for. kind: text, agency, person, category, condition, case, media, datetime, choice, request.

    most: the longest text in characters, the largest number, the most pictures, by its kind. purpose: what pictures
    given here are of, a purpose of the room of media.
    """

    name: str
    kind: str
    label: str | Promise
    required: bool = True
    choices: tuple[tuple[str, str | Promise], ...] = ()
    most: int | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a table of moves.

    sources: the states it may start from; "" stands for "not there yet". target: the state it leads to, None where
    the state stays. fields: what the mover must or may say. asks: the move only asks; another one decides.
    """

    name: str
    label: str | Promise
    sources: frozenset[str]
    target: str | None
    fields: tuple[Field, ...] = ()
    asks: bool = False
    automatic: bool = False
    note: str = ""

    def field(self, name: str) -> Field | None:
        """What it asks for under this name."""
        return next((one for one in self.fields if one.name == name), None)


def _nothing(given: Any) -> bool:
    return not shows(given) if isinstance(given, str) else not given


class MoveTable:
    """Moves by name; looks up what a state permits and refuses the rest."""

    def __init__(self, states: Mapping[str, str | Promise], moves: Iterable[Move]) -> None:
        self.states = dict(states)
        self._moves = {move.name: move for move in moves}
        for move in self._moves.values():
            unknown = (move.sources | {move.target or ""}) - set(self.states) - {""}
            if unknown:
                raise ValueError(f"{move.name}: unknown states {sorted(unknown)}")

    def __iter__(self) -> Iterator[Move]:
        return iter(self._moves.values())

    def __contains__(self, name: object) -> bool:
        return name in self._moves

    def __getitem__(self, name: str) -> Move:
        return self._moves[name]

    def get(self, name: str) -> Move:
        """The move called `name`; refused `unknown_move` (422)."""
        try:
            return self._moves[name]
        except KeyError:
            raise Refused("unknown_move", _("没有名为“%(name)s”的动作。") % {"name": name[:40]}) from None

    def leaving(self, state: str) -> list[Move]:
        """The moves that may start from a state, in the table's order."""
        return [move for move in self._moves.values() if state in move.sources]

    def check(self, name: str, state: str) -> Move:
        """The move, if the state permits it; refused `unknown_move` or `illegal_move` (422)."""
        move = self.get(name)
        if state not in move.sources:
            raise Refused(
                "illegal_move",
                _("“%(state)s”状态下不能“%(move)s”。请刷新后再看可用的动作。")
                % {"state": self.states.get(state, state), "move": move.label},
            )
        return move

    def demand(self, move: Move, given: Mapping[str, Any]) -> None:
        """Refuse `incomplete` (422) where a required field is empty or shows nothing, `unknown_field` where one is not
        asked for."""
        missing = {
            f.name: _("请填写“%(label)s”。") % {"label": f.label}
            for f in move.fields
            if f.required and _nothing(given.get(f.name))
        }
        if missing:
            raise Refused("incomplete", _("还缺少必填内容。"), fields=missing)
        self.known(move, given)

    def known(self, move: Move, given: Mapping[str, Any]) -> None:
        """Refuse `unknown_field` (422) where something is given that the move does not ask for."""
        unknown = {name: _("此动作不需要这一项。") for name in given if name not in {f.name for f in move.fields}}
        if unknown:
            raise Refused("unknown_field", _("有不认识的内容。"), fields=unknown)

    def mermaid(self) -> str:
        """The state diagram, for the documents."""
        lines = ["stateDiagram-v2"]
        for move in self._moves.values():
            for source in sorted(move.sources):
                lines.append(f"    {source or '[*]'} --> {move.target or source or '[*]'}: {move.name}")
        return "\n".join(lines)

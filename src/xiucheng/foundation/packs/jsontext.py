"""JSON as people write it: read strictly; where it is none, line, column and what is wrong in the reader's words."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .refusals import shown

# The reader's own sentences (json.decoder, stable since Python 3.5; 3.13 added the trailing comma) → ours.
_WRONG: Mapping[str, Any] = {
    "Expecting value": gettext_lazy("这里应有一个值"),
    "Expecting property name enclosed in double quotes": gettext_lazy("这里应是双引号里的名称"),
    "Expecting ':' delimiter": gettext_lazy("名称后面应有英文冒号"),
    "Expecting ',' delimiter": gettext_lazy("两项之间应有英文逗号，或前面少了收尾的括号"),
    "Unterminated string starting at": gettext_lazy("从这里开始的文字没有用双引号收尾"),
    "Invalid control character at": gettext_lazy("文字里不能直接换行或用制表符，请写成 \\n、\\t"),
    "Invalid \\escape": gettext_lazy("反斜杠后面的字符不对；要写反斜杠本身请写两个"),
    "Invalid \\uXXXX escape": gettext_lazy("\\u 后面应是四位十六进制数"),
    "Extra data": gettext_lazy("内容到这里已经结束，后面多出了别的"),
    "Illegal trailing comma before end of object": gettext_lazy("最后一项后面不要逗号"),
    "Illegal trailing comma before end of array": gettext_lazy("最后一项后面不要逗号"),
}
_CHINESE_SIGNS = "“”‘’：，｛｝［］【】；、"


class NotJsonText(Exception):
    """Text that is no JSON. text: what is wrong, with line and column where they are known; line: its number."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.text, self.line = text, line


def read(text: str) -> Any:
    """The value that a text says; raises NotJsonText.

    Refused besides what JSON refuses: NaN and infinities, an entry named twice (two readers may take different ones,
    so a digest would not mean one thing), nesting that no reader can follow.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_odd)
    except json.JSONDecodeError as error:
        raise NotJsonText(_said(text, error), error.lineno) from None
    except RecursionError:
        raise NotJsonText(_("嵌套太深。")) from None
    except ValueError:
        # A whole number of more digits than Python reads.
        raise NotJsonText(_("里面的数字太长。")) from None


def _said(text: str, error: json.JSONDecodeError) -> str:
    what = _what(text, error)
    return _("第 %(line)d 行第 %(column)d 列：%(what)s。") % {"line": error.lineno, "column": error.colno, "what": what}


def _what(text: str, error: json.JSONDecodeError) -> str:
    here = text[error.pos : error.pos + 1]
    if not text.strip():
        return _("还没有内容")
    if here and here in _CHINESE_SIGNS:
        return _("这里用了中文标点“%(sign)s”，请改用英文标点") % {"sign": here}
    before = text[: error.pos].rstrip()
    if here in ("}", "]") and before.endswith(","):
        return _("最后一项后面不要逗号")
    if not here and not error.msg.startswith("Unterminated"):
        return _("内容不完整，后面还应有内容")
    found = next((said for theirs, said in _WRONG.items() if error.msg.startswith(theirs)), None)
    return str(found) if found else _("这里不符合 JSON 的写法")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJsonText(_("名称“%(name)s”在同一个对象里出现了两次。") % {"name": shown(name)})
        found[name] = value
    return found


def _odd(constant: str) -> NoReturn:
    raise NotJsonText(_("不允许的数字：%(what)s。") % {"what": shown(constant)})

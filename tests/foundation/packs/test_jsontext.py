"""What is no JSON is told with line and column in the reader's words."""

import pytest
from django.utils import translation

from xiucheng.foundation.packs import jsontext


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "第 1 行第 1 列：还没有内容。"),
        ('{"a": 1,\n "b": }', "第 2 行第 7 列：这里应有一个值。"),
        ('{"a": 1,\n}', "第 2 行第 1 列：最后一项后面不要逗号。"),
        ('{"a": [1, 2,]}', "第 1 行第 13 列：最后一项后面不要逗号。"),
        ("{\n  “a”: 1\n}", "第 2 行第 3 列：这里用了中文标点““”，请改用英文标点。"),
        ('{"a"：1}', "第 1 行第 5 列：这里用了中文标点“：”，请改用英文标点。"),
        ('{"a" 1}', "第 1 行第 6 列：名称后面应有英文冒号。"),
        ('{"a": 1 "b": 2}', "第 1 行第 9 列：两项之间应有英文逗号，或前面少了收尾的括号。"),
        ("{a: 1}", "第 1 行第 2 列：这里应是双引号里的名称。"),
        ('{"a": "b}', "第 1 行第 7 列：从这里开始的文字没有用双引号收尾。"),
        ('{"a": "b\nc"}', "第 1 行第 9 列：文字里不能直接换行或用制表符，请写成 \\n、\\t。"),
        ('{"a": "\\q"}', "第 1 行第 8 列：反斜杠后面的字符不对；要写反斜杠本身请写两个。"),
        ('{"a": 1} x', "第 1 行第 10 列：内容到这里已经结束，后面多出了别的。"),
        ('{"a": [1, 2', "第 1 行第 12 列：内容不完整，后面还应有内容。"),
        ('{"a": 1, "a": 2}', "名称“a”在同一个对象里出现了两次。"),
        ('{"a": NaN}', "不允许的数字：NaN。"),
        ('{"a": ' + "9" * 5000 + "}", "里面的数字太长。"),
        ("[" * 100_000, "嵌套太深。"),
    ],
)
def test_what_is_wrong_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(jsontext.NotJsonText) as found:
        jsontext.read(text)
    assert found.value.text == said


def test_in_english_by_switch() -> None:
    with translation.override("en"), pytest.raises(jsontext.NotJsonText) as found:
        jsontext.read('{\n "a": 1,\n}')
    assert found.value.text == "Line 3, column 1: no comma after the last entry."
    assert found.value.line == 3


def test_what_is_json_is_read() -> None:
    assert jsontext.read('{"a": [1, 2.5, "“中文”", null, true]}') == {"a": [1, 2.5, "“中文”", None, True]}

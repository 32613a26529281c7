"""The page of figures: who comes in, recording with its ten seconds of undo, history, export."""

import io
import re

import pytest
from django.urls import reverse
from openpyxl import load_workbook

GOOD = {"place": "槐花社区", "kind": "households", "amount": "300余", "as_of": "2026-01-31", "source": "示例报表"}


def record(client, **changes):
    return client.post(reverse("console:figure_record"), GOOD | changes, follow=True)


def test_whoever_answers_for_the_place_records_and_takes_back(world, sign_in):
    from xiucheng.foundation.places import figures

    client = sign_in("secretary")
    assert "还没有底数" in client.get(reverse("console:figures")).content.decode()
    html = record(client).content.decode()
    assert "300 余" in html
    assert "已记下" in html
    undo = re.search(r'action="(/desk/figures/[^"]+/withdraw)"', html)
    assert undo
    client.post(undo[1])
    assert figures.latest() == []
    page = client.get(reverse("console:figure_history", args=["area", "990101001001", "households"])).content.decode()
    assert "300 余" in page
    assert "撤下" in page
    restore = re.search(r'action="(/desk/figures/[^"]+/restore)"', page)
    assert restore
    client.post(restore[1])
    assert len(figures.latest()) == 1


@pytest.mark.parametrize("change", [{"amount": "三千"}, {"as_of": "2026-13-01"}, {"source": ""}, {"place": "哪里"}])
def test_what_is_wrong_is_said_beside_what_was_typed(world, sign_in, change):
    answer = record(sign_in("secretary"), **change)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="wrong"' in html
    assert f'value="{GOOD["amount"] if "amount" not in change else "三千"}"' in html


def test_nobody_records_for_a_place_that_is_not_theirs(world, sign_in):
    from xiucheng.foundation.places import figures

    assert record(sign_in("secretary"), place="柳岸社区").status_code == 403
    assert record(sign_in("lights_clerk")).status_code == 403
    assert figures.latest() == []


def test_the_list_goes_away_as_a_workbook_on_record(world, sign_in):
    from xiucheng.kit import journal

    client = sign_in("street_head")
    record(client, source="=1+1 示例")
    answer = client.get(reverse("console:figures_export") + "?place=990101001")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "地方"
    assert rows[1][:6] == ["槐花社区", "990101001001", "东街街道 · 槐花社区", "户数", "300", "余"]
    assert rows[1][-1] == "'=1+1 示例"
    (step,) = journal.audited(names=["people.export"])
    assert (step.payload["list"], step.payload["rows"], step.payload["area"]) == ("figures", 1, "990101001")
    assert "导出了 1 行底数（XLSX）" in sign_in("audit_admin").get(reverse("console:audit")).content.decode()
    assert sign_in("grid_officer").get(reverse("console:figures_export")).status_code == 403


def test_the_sum_of_the_parts_is_told(world, sign_in):
    client = sign_in("shift_leader")
    record(client, place="东街街道", amount="700")
    record(client)
    record(client, place="钟楼社区", amount="350")
    html = client.get(reverse("console:figures") + "?place=990101001&kind=households").content.decode()
    assert "合计 650" in html
    assert "对不上" in html


@pytest.mark.parametrize(
    ("page", "who"),
    [
        ("figures", "leader"),
        ("figures_export", "leader"),
        ("stewards", "secretary"),
        ("stewards_export", "secretary"),
    ],
)
def test_a_place_that_is_not_there_is_no_way_to_ask_for_everything(world, sign_in, page, who):
    client = sign_in(who)
    assert client.get(reverse(f"console:{page}"), {"place": "990101001001"}).status_code == 200
    answer = client.get(reverse(f"console:{page}"), {"place": "没有的社区"})
    assert answer.status_code == 422
    assert "没有的社区" in answer.content.decode()

"""What 丝澜区（示例） calls its streets, communities, ways and compounds: invented, on a theme for each street.

The division code 99 is given to no province, so nobody mistakes the district for a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

CODE, NAME = "990103", "丝澜区（示例）"
PREFIX = "示例丝澜"
"""Before the name of every organisation, so that it reads as an example wherever it stands alone."""


@dataclass(frozen=True, slots=True)
class Street:
    """A street or town: its code's last three digits, its name, the names of its communities without their ending."""

    number: int
    name: str
    themes: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"{CODE}{self.number:03d}"

    @property
    def short(self) -> str:
        """The name without 街道 or 镇, as roads and offices bear it."""
        return self.name.removesuffix("街道").removesuffix("镇")

    @property
    def is_town(self) -> bool:
        return self.name.endswith("镇")

    def communities(self) -> Iterator[tuple[str, str]]:
        """(code, name); villages are numbered from 200, as the statistics do."""
        for number, theme in enumerate(self.themes, start=1):
            village = self.is_town and number % 2 == 0
            kind, code = ("村", number + 200) if village else ("社区", number)
            yield f"{self.code}{code:03d}", f"{theme}{kind}"


def _themes(words: str) -> tuple[str, ...]:
    return tuple(words.split())


# Streets are numbered from 001, towns from 100, as the statistics do.
STREETS = (
    Street(1, "绣坊街道", _themes("牡丹 芍药 丁香 玉兰 木槿 海棠 茉莉 蔷薇 紫荆 杜鹃 山茶 绣球")),
    Street(2, "银梭街道", _themes("银杏 青松 翠竹 梧桐 香樟 白桦 垂柳 红枫 水杉 合欢 榕荫 槐荫")),
    Street(3, "金缕街道", _themes("朝阳 晨光 晚晴 明月 星河 霞光 晓风 暖阳 清辉 启明 长庚 北斗")),
    Street(4, "彩绫街道", _themes("红绫 碧波 紫藤 橙园 蓝湾 黛青 月白 绛云 鹅黄 翠微 霜青 胭脂")),
    Street(5, "云纱街道", _themes("云台 彩虹 雨花 清风 飞雪 晨露 听雨 望云 霁月 流岚 春霖 秋水")),
    Street(6, "织月街道", _themes("白鹭 黄鹂 飞燕 喜鹊 翠鸟 鸿雁 云雀 画眉 仙鹤 杜宇 百灵 夜莺")),
    Street(7, "素绢街道", _themes("书香 墨香 琴台 棋盘 画屏 诗苑 笔架 砚池 印月 纸鸢 弦歌 翰林")),
    Street(100, "丝桥镇", _themes("中洲 东桥 西桥 南塘 北岸 石矶 柳浦 荷塘 菱湖 芦荡 渔渡 稻香")),
    Street(101, "绒田镇", _themes("绒花 麦垄 桑园 茶坡 果林 豆棚 瓜圃 菜畦 棉垛 麻坊 蚕室 蜂场")),
    Street(102, "棉渡镇", _themes("古渡 长堤 石桥 沙湾 芦汀 鹤滩 鸥渚 帆影 潮音 灯塔 晒网 观澜")),
)

RIVERS = ("丝澜河", "绣水", "银梭渠")
AVENUES = ("经纬大道", "绣屏大道", "锦程大道", "云梯大道", "飞梭大道", "长卷大道", "丹青大道", "彩练大道", "天工大道")

ROAD_ENDS = ("路", "街", "路", "街", "路")
LANE_ENDS = ("巷", "里", "弄", "巷")
NUMERALS = "一二三四五六七八九十"
# Before the common words for a place to live, in compounds.
COMPOUND_STEMS = _themes(
    "听澜 望舒 锦里 绣苑 云栖 兰亭 竹里 松间 月华 晴川 临江 半岛 翠庭 和风 芳草 春晓 秋实 金桂 紫云 碧水"
)
COMPOUND_ENDS = _themes("小区 花园 家园 苑 新村 雅居 公寓 里")

ONES = ("", *NUMERALS[:9])


def numeral(number: int) -> str:
    """1–99 in Chinese numerals, as lanes and crews are counted."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens - 1]}十"
    return head + ONES[ones]

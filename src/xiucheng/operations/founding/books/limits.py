"""What a workbook may be before a cell of it is read: size, macros, ties to other files. Looks at the zip alone."""

import io
import lzma
import re
import struct
import zipfile
import zlib

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from xiucheng.kit.refused import Refused

MAX_BYTES = 30 * 1024 * 1024
"""50,000 rows of ten columns are about 3 MB; more is a matter of several files (D)."""

MAX_UNPACKED = 400 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200

FILE: dict[str, Promise] = {
    "too_large": _("文件超过 30 MB。请只留要导入的那张表，另存后再传；行数很多时分成几份，按关键列会合并。"),
    "too_many_rows": _("表里超过 10 万行。请分成几份上传，按关键列会合并。"),
    "empty_file": _("文件是空的，或者表里没有一行数据。"),
    "old_or_locked": _("这是旧版 .xls，或设了打开密码。请在表格软件里另存为“.xlsx 工作簿”（不设密码）再传。"),
    "not_xlsx": _("这不是 .xlsx 文件。请在表格软件里另存为“.xlsx 工作簿”再传。"),
    "broken_file": _("文件打不开，可能没有传完整。请在表格软件里打开检查，另存一份再传。"),
    "macro_book": _("文件里有宏。宏是程序，这里不接收。请另存为“.xlsx 工作簿”（不启用宏）再传。"),
    "external_links": _("文件连着别的文件或网址（外部链接、数据连接）。请在表格软件里断开链接，把内容粘贴为数值再传。"),
    "no_heading": _("没有找到表头。请用这里下载的模板，或保留模板里的列名。"),
}

_MACRO = re.compile(r"vbaproject\.bin|/macrosheets/|/activex/|/embeddings/.*\.(bin|exe|vbs)$", re.IGNORECASE)
_LINKS = re.compile(r"xl/(externallinks/|connections\.xml|querytables/|webextensions/)", re.IGNORECASE)


# What unpacking and reading raise where a part of the file is damaged: openpyxl raises whatever the part itself raised.
# Errors of the database are not among them.
BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError),
    *(TypeError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(CellCoordinatesException, InvalidFileException),
)


def refusal(code: str) -> Refused:
    """The file as a whole is not taken; the sentence says what to do."""
    return Refused(code, FILE[code], fields={"file": FILE[code]}, status=413 if code == "too_large" else 422)


def check(content: bytes) -> None:
    """Refused: too_large (413), empty_file, old_or_locked, not_xlsx, broken_file, macro_book, external_links."""
    if not content:
        raise refusal("empty_file")
    if len(content) > MAX_BYTES:
        raise refusal("too_large")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise refusal("old_or_locked")
    if not content.startswith(b"PK"):
        raise refusal("not_xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
    except BROKEN as error:
        raise refusal("broken_file") from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise refusal("not_xlsx")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refusal("too_large")
    types = archive.read("[Content_Types].xml").decode("utf-8", "replace").lower()
    if "macroenabled" in types or any(_MACRO.search(name) for name in names):
        raise refusal("macro_book")
    if any(_LINKS.match(name) for name in names):
        raise refusal("external_links")

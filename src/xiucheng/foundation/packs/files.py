"""A pack as a file: JSON in UTF-8 that says its format, kind and digest; read strictly, as files travel."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xiucheng.kit.refused import Refused

from . import jsontext, rules
from .queries import Pack
from .refusals import bad_body


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of itself; the digest is not yet compared."""

    kind: Any
    body: dict[str, Any]
    digest: str


def write(*, site: str, pack: Pack) -> bytes:
    """The file of a version; deterministic, with what a person wants to see first at the top."""
    said = {
        "format": rules.FORMAT,
        "kind": pack.kind,
        "digest": f"sha256:{pack.digest}",
        "from": {
            "site": site,
            "version": pack.version,
            "state": pack.state,
            "effective_from": pack.effective_from.isoformat() if pack.effective_from else None,
        },
        "body": pack.body,
    }
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def parse(content: bytes) -> Said:
    """What a file says. Refused: too_large (413), bad_file, unknown_format, bad_body."""
    if len(content) > 2 * rules.MAX_BYTES:
        raise Refused("too_large", _("文件太大，不能超过 16 MB。"), status=413)
    said = _read(content)
    if not isinstance(said, dict):
        raise _bad(_("文件应是一个 JSON 对象。"))
    if said.get("format") != rules.FORMAT:
        text = _("不认识的文件格式；请用本系统导出的配置文件。")
        raise Refused("unknown_format", text, fields={"format": text})
    stated, body = said.get("digest"), said.get("body")
    if not isinstance(stated, str) or not stated.startswith("sha256:"):
        raise _bad(_("文件缺少摘要。"))
    if not isinstance(body, dict):
        raise _bad(_("文件缺少内容。"))
    try:
        return Said(said.get("kind"), rules.plain(body), stated.removeprefix("sha256:"))
    except rules.NotJson as error:
        raise bad_body(error) from None


def _read(content: bytes) -> Any:
    try:
        return jsontext.read(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _bad(_("文件不是 UTF-8 编码。")) from None
    except jsontext.NotJsonText as error:
        raise _bad(_("文件不是完整的 JSON。%(what)s") % {"what": error.text}) from None


def _bad(text: str) -> Refused:
    return Refused("bad_file", text, fields={"file": text})

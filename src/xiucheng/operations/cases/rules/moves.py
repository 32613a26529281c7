"""The table of moves of a case (GB/T 30428 seven steps; STANDARDS §1 "A case"), as data.

The same table makes the API's answers, the buttons, the diagram in docs/ and the tests. What a move does to the case
and its clocks stands in `apply.py`, who may make it in `matrix.py`.
"""

from django.utils.translation import gettext_lazy as _

from xiucheng.kit.moves import Field, Move, MoveTable

STATES = {
    "filed": _("待派遣"),
    "self_review": _("自处置待审"),
    "dispatched": _("待签收"),
    "handling": _("处置中"),
    "replied": _("已反馈"),
    "post_checking": _("待核查"),
    "returned": _("已回退"),
    "closed": _("已结案"),
    "void": _("已作废"),
    "merged": _("已合并"),
}
OPEN_STATES = frozenset(STATES) - {"closed", "void", "merged"}
WITH_AGENCY = frozenset({"dispatched", "handling"})

MOST_WORDS, MOST_PICTURES, MOST_REPLY_DAYS = 2000, 9, 90
"""Of one move: characters said, pictures shown, days that a supervised agency may be given for its answer (D)."""

REASON = Field("reason", "text", _("理由"), most=MOST_WORDS)
REASON_OPTIONAL = Field("reason", "text", _("说明"), required=False, most=MOST_WORDS)
# Pictures of how it looks when it is done. What an inspector found not to be done is neither before nor after.
PICTURES_AFTER = Field("media", "media", _("图片"), required=False, most=MOST_PICTURES, purpose="after")
PICTURES_FOUND = Field("media", "media", _("图片"), required=False, most=MOST_PICTURES, purpose="reference")
AGENCY = Field("agency", "agency", _("承办单位"))

CLOSINGS = (("handled", _("处置完成")), ("by_notice", _("告知性结案")))

MOVES = MoveTable(
    STATES,
    (
        Move("file", _("立案"), frozenset({""}), "filed", automatic=True),
        Move("file_self_handled", _("自处置上报"), frozenset({""}), "self_review", automatic=True),
        Move(
            "approve_self_review",
            _("审核通过"),
            frozenset({"self_review"}),
            "closed",
            (REASON_OPTIONAL,),
        ),
        Move("refuse_self_review", _("审核不通过"), frozenset({"self_review"}), "filed", (REASON,)),
        Move(
            "dispatch",
            _("派遣"),
            frozenset({"filed", "returned"}),
            "dispatched",
            (AGENCY, REASON_OPTIONAL),
        ),
        Move(
            "redispatch",
            _("改派"),
            WITH_AGENCY | {"returned"},
            "dispatched",
            (AGENCY, REASON),
        ),
        Move("sign", _("签收"), frozenset({"dispatched"}), "handling"),
        Move(
            "assign_inside",
            _("内部转派"),
            frozenset({"handling"}),
            "handling",
            (Field("person", "person", _("经办人")), REASON_OPTIONAL),
        ),
        Move(
            "reply",
            _("反馈"),
            frozenset({"handling"}),
            "replied",
            (Field("reason", "text", _("处置结果"), most=MOST_WORDS), PICTURES_AFTER),
        ),
        Move("start_check", _("发起核查"), frozenset({"replied"}), "post_checking", automatic=True),
        Move(
            "pass_check",
            _("核查通过"),
            frozenset({"post_checking"}),
            "post_checking",
            (REASON_OPTIONAL, PICTURES_AFTER),
            note="the inspector's finding; closing is left to the acceptor",
        ),
        Move("rework", _("返工"), frozenset({"post_checking"}), "handling", (REASON, PICTURES_FOUND)),
        Move(
            "close",
            _("结案"),
            frozenset({"replied", "post_checking"}),
            "closed",
            (Field("closing", "choice", _("结案方式"), required=False, choices=CLOSINGS), REASON_OPTIONAL),
        ),
        Move("return_case", _("申请回退"), WITH_AGENCY, None, (REASON,), asks=True),
        Move("extend", _("申请延期"), WITH_AGENCY, None, (REASON,), asks=True),
        Move("void", _("申请作废"), frozenset({"filed", "dispatched", "returned"}), None, (REASON,), asks=True),
        Move(
            "decide",
            _("批复"),
            OPEN_STATES,
            None,
            (
                Field("request", "request", _("请求")),
                Field("granted", "choice", _("意见"), choices=(("yes", _("同意")), ("no", _("不同意")))),
                REASON_OPTIONAL,
            ),
        ),
        Move(
            "supervise",
            _("督办"),
            OPEN_STATES,
            None,
            (REASON, Field("reply_days", "number", _("几日内回复"), required=False, most=MOST_REPLY_DAYS)),
        ),
        Move(
            "answer_supervision",
            _("回复督办"),
            OPEN_STATES,
            None,
            (Field("reason", "text", _("回复内容"), most=MOST_WORDS),),
            note="only while an answer is wanted by a date",
        ),
        Move("merge", _("合并到"), OPEN_STATES, "merged", (Field("case", "case", _("主案卷")), REASON_OPTIONAL)),
        Move("unmerge", _("取消合并"), frozenset({"merged"}), None, (REASON_OPTIONAL,)),
        Move("force_close", _("强制结案"), OPEN_STATES, "closed", (REASON,)),
        Move("reopen", _("重开"), frozenset({"closed"}), "filed", (REASON,)),
        Move("undo", _("撤销"), frozenset(STATES), None),
    ),
)

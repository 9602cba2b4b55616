"""Sample pages of the questions with a page of their own: several answers, lists, signatures, codes and plates."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.views import ChoicesView, Chrome, EntriesView, Entry, Option, SignatureView, TextView, View

Tr = Callable[[str, str, str], str]


def fields(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    """Pages by short name, in the language of `tr`."""
    return {
        "choices": ChoicesView(
            chrome=chrome(4),
            title=tr("您想参加哪些险种？", "您想參加哪些險種？", "Which insurances would you like?"),
            hint=tr("可以选多项。", "可以選多項。", "More than one is possible."),
            options=(
                Option("pension", tr("基本养老保险", "基本養老保險", "Basic pension")),
                Option("medical", tr("基本医疗保险", "基本醫療保險", "Basic medical insurance")),
                Option(
                    "work",
                    tr("工伤保险", "工傷保險", "Work injury insurance"),
                    tr("只限新业态人员", "只限新業態人員", "For new kinds of work only"),
                ),
            ),
            chosen=("pension",),
            most=2,
        ),
        "entries": EntriesView(
            chrome=chrome(4),
            title=tr("一起住的家人", "一起住的家人", "Family living with you"),
            hint=tr("每人加一项。", "每人加一項。", "Add one entry for each person."),
            entries=(
                Entry("0", tr("第1项", "第1項", "No. 1"), tr("陈演示，配偶", "陳演示，配偶", "Chen Yanshi, spouse")),
                Entry("1", tr("第2项", "第2項", "No. 2"), tr("陈小样，子女", "陳小樣，子女", "Chen Xiaoyang, child")),
            ),
            add=tr("再加一人", "再加一人", "Add a person"),
            confirm=tr("填完了，继续", "填完了，繼續", "That is all, go on"),
        ),
        "signature": SignatureView(
            chrome=chrome(6),
            title=tr("请在框里签名", "請在框內簽名", "Please sign in the box"),
            hint=tr("用手指写，写不好可以重来。", "用手指寫，寫不好可以重來。", "Write with your finger."),
            cannot=tr("写不了，按键确认", "寫不了，按鍵確認", "I cannot write; confirm"),
            statement=tr(
                "以上情况属实，如有变化我会及时申报。",
                "以上情況屬實，如有變化我會及時申報。",
                "What stands above is true; I shall report any change.",
            ),
        ),
        "text_plate": TextView(
            chrome=chrome(4),
            title=tr("车牌号码", "車牌號碼", "Plate"),
            keyboard="plate",
            max_length=8,
            pattern_hint="粤A12345",
        ),
        "text_code": TextView(
            chrome=chrome(4),
            title=tr("统一社会信用代码", "統一社會信用代碼", "Unified social credit code"),
            value="91440101",
            keyboard="code",
            max_length=18,
        ),
        "text_id_number": TextView(
            chrome=chrome(4),
            title=tr("这个人的证件号码", "這個人的證件號碼", "That person's document number"),
            value="1101051949",
            keyboard="id_number",
            max_length=18,
            problem=tr(
                "身份证号码对不上，请再核对18位。",
                "身份證號碼對不上，請再核對18位。",
                "This ID number does not add up.",
            ),
        ),
    }

"""Sample pages of identity and of the questions."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.views import (
    CardView,
    ChoiceView,
    Chrome,
    CodeView,
    DateView,
    Option,
    PhotoView,
    ReviewView,
    Row,
    TextView,
    View,
)

Tr = Callable[[str, str, str], str]


def identity(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    """Pages by short name, in the language of `tr`."""
    others = (Option("no_card", tr("我没带身份证", "我沒帶身份證", "I do not have my card")),)
    title = tr("请把身份证放在感应区", "請把身份證放在感應區", "Please lay down your ID card")
    body = tr(
        "感应区在屏幕下方，有灯光的地方。",
        "感應區在螢幕下方，有燈光的地方。",
        "The reader is below the screen, where the light is.",
    )
    return {
        "card": CardView(chrome=chrome(2, caption=body), title=title, body=body, others=others),
        "card_reading": CardView(chrome=chrome(2), title=title, body=body, reading=True),
        "card_scanner": CardView(
            chrome=chrome(2),
            title=tr("扫账单上的条码", "掃描賬單上的條碼", "Scan the bill's bar code"),
            body=tr("条码在账单下方。", "條碼在賬單下方。", "It is at the foot of the bill."),
            place="scanner",
            others=(Option("type", tr("扫不出，自己填", "掃不出，自己填", "Type it instead")),),
        ),
        "card_slot": CardView(
            chrome=chrome(2),
            title=tr("钱发到哪个账户？", "錢發到哪個賬戶？", "To which account?"),
            body=tr("我们只读卡号，不用密码。", "我們只讀卡號，毋須密碼。", "We read its number only and need no PIN."),
            place="slot",
            others=(Option("type", tr("自己填", "自己填", "Type it instead")),),
        ),
        "card_problem": CardView(
            chrome=chrome(2),
            title=title,
            body=body,
            problem=tr(
                "没有读到。请把卡拿开，再平放一次。",
                "沒有讀到。請把卡拿開，再平放一次。",
                "The card was not read. Please lift it and lay it flat again.",
            ),
            others=others,
        ),
        "code": CodeView(
            chrome=chrome(3),
            title=tr("请输入短信验证码", "請輸入短信驗證碼", "Please enter the SMS code"),
            body=tr(
                "已发送到 138****5678，两分钟内有效。",
                "已發送到 138****5678，兩分鐘內有效。",
                "Sent to 138****5678; good for two minutes.",
            ),
            length=6,
            others=(Option("again", tr("重新发送", "重新發送", "Send again")),),
        ),
        "code_problem": CodeView(
            chrome=chrome(3),
            title=tr("请输入密码", "請輸入密碼", "Please enter your PIN"),
            body=tr("六位数字。", "六位數字。", "Six digits."),
            length=6,
            masked=True,
            problem=tr(
                "号码不对，还可以试 2 次。",
                "號碼不對，還可以試 2 次。",
                "That is not right. Two tries are left.",
            ),
        ),
        "photo": PhotoView(
            chrome=chrome(5),
            title=tr("拍一张照片", "拍一張照片", "Take a picture"),
            hint=tr(
                "请摘下帽子和口罩，看着镜头。",
                "請摘下帽子和口罩，看着鏡頭。",
                "Please take off hat and mask, and look at the camera.",
            ),
        ),
        "photo_paper": PhotoView(
            chrome=chrome(5),
            title=tr("拍租赁合同", "拍租賃合同", "The lease"),
            hint=tr(
                "先拍有签字和租金的那一页。", "先拍有簽字和租金的一頁。", "First the page with signatures and rent."
            ),
            of_paper=True,
        ),
        "photo_taken": PhotoView(
            chrome=chrome(5),
            title=tr("这张可以吗？", "這張可以嗎？", "Is this one good?"),
            hint=tr("照片会印在卡上。", "照片會印在卡上。", "It will be printed on the card."),
            taken=picture,
        ),
    }


def questions(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    """Pages by short name, in the language of `tr`."""
    return {
        "choice": ChoiceView(
            chrome=chrome(4),
            title=tr("您为谁办理？", "您為誰辦理？", "Who is this for?"),
            hint=tr(
                "替别人办理时，请带上对方的身份证。",
                "替別人辦理時，請帶上對方的身份證。",
                "For somebody else, please have their ID card with you.",
            ),
            options=(
                Option("self", tr("我自己", "我自己", "Myself")),
                Option(
                    "parent",
                    tr("我的父母", "我的父母", "My parent"),
                    tr("需要父母的身份证", "需要父母的身份證", "Their ID card is needed"),
                ),
                Option(
                    "other",
                    tr("其他亲属", "其他親屬", "Another relative"),
                    tr("请到窗口办理", "請到窗口辦理", "Please go to the counter"),
                    False,
                ),
            ),
            chosen="self",
        ),
        "date": DateView(
            chrome=chrome(4),
            title=tr("您从哪天开始领取？", "您從哪天開始領取？", "From which day?"),
            value="2026-03",
            earliest="2025-11-01",
            latest="2026-11-23",
        ),
        "date_birth": DateView(
            chrome=chrome(4),
            title=tr("父亲或母亲的出生日期", "父親或母親的出生日期", "Your parent's date of birth"),
            hint=tr("先选年份，再选月和日。", "先選年份，再選月和日。", "First the year, then month and day."),
            earliest="1906-01-01",
            latest="1956-11-23",
        ),
        "date_month": DateView(
            chrome=chrome(4),
            title=tr("证明从哪个月开始？", "證明從哪個月開始？", "From which month?"),
            value="2024",
            earliest="2010-01",
            latest="2026-10",
            precision="month",
            problem=tr(
                "开始月份不能晚于结束月份。",
                "開始月份不能晚於結束月份。",
                "The first month must not be after the last.",
            ),
        ),
        "text": TextView(
            chrome=chrome(4),
            title=tr("收件地址", "收件地址", "Delivery address"),
            hint=tr("写到门牌号，方便送达。", "寫到門牌號，方便送達。", "Please include the house number."),
            value=tr("广州市天河区天园街", "廣州市天河區天園街", "Tianyuan Street"),
            keyboard="chinese" if tr("1", "1", "") else "latin",
            pattern_hint=tr(
                "天河区天园街演示路 8 号 301 房", "天河區天園街演示路 8 號 301 房", "Room 301, 8 Yanshi Road"
            ),
        ),
        "text_phone": TextView(
            chrome=chrome(4),
            title=tr("联系电话", "聯絡電話", "Telephone"),
            hint=tr("快递员会打这个号码。", "快遞員會打這個號碼。", "The courier will call this number."),
            value="138",
            keyboard="phone",
            max_length=11,
            problem=tr("手机号码是 11 位数字。", "手機號碼是 11 位數字。", "A mobile number has 11 digits."),
        ),
        "review": ReviewView(
            chrome=chrome(6),
            title=tr("请核对", "請核對", "Please check"),
            rows=(
                Row(tr("姓名", "姓名", "Name"), "陈演示"),
                Row(tr("身份证号", "身份證號", "ID number"), "440106********0021"),
                Row(
                    tr("领取方式", "領取方式", "Delivery"),
                    tr("快递到家", "快遞到家", "By courier"),
                    "delivery",
                ),
                Row(
                    tr("收件地址", "收件地址", "Address"),
                    tr(
                        "广州市天河区天园街演示路 8 号 301 房",
                        "廣州市天河區天園街演示路 8 號 301 房",
                        "Room 301, 8 Yanshi Road, Tianhe",
                    ),
                    "address",
                ),
                Row(tr("联系电话", "聯絡電話", "Telephone"), "138****5678", "phone"),
            ),
            statement=tr(
                "提交即表示以上内容属实。",
                "提交即表示以上內容屬實。",
                "By submitting you declare that this is true.",
            ),
            confirm=tr("核对无误，提交", "核對無誤，提交", "All correct, submit"),
        ),
    }

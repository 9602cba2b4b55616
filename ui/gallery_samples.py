"""Sample pages for the gallery and the tests: every view type, three languages, invented people (演示)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk.views import (
    AttractView,
    CardView,
    ChoiceView,
    Chrome,
    CodeView,
    DateView,
    DocumentView,
    GoodbyeView,
    Group,
    HelpView,
    Language,
    Line,
    MenuView,
    NoticeView,
    Option,
    OutOfServiceView,
    PhotoView,
    PrintingView,
    ProblemView,
    RatingView,
    Readiness,
    RecordCard,
    RecordsView,
    ResultView,
    ReviewView,
    Row,
    ServiceView,
    StillThereView,
    TechnicianView,
    TextView,
    Tile,
    View,
    WorkingView,
)
from ui.gallery_technician import technician

Tr = Callable[[str, str, str], str]


def sample_views(language: Language, care: bool = False, picture: bytes = b"", page: bytes = b"") -> dict[str, View]:
    """Every view type by a short name; `picture` is a JPEG of a face, `page` a PNG of a page."""

    def tr(hans: str, hant: str, english: str) -> str:
        return {Language.SIMPLIFIED: hans, Language.TRADITIONAL: hant}.get(language, english)

    def chrome(step: int = 0, **more: object) -> Chrome:
        base = Chrome(
            language=language,
            care=care,
            terminal=tr("天河区天园街 · 01号机", "天河區天園街 · 01號機", "Tianyuan Street, Tianhe · No. 01"),
            service=tr("社会保障卡申领", "社會保障卡申領", "Social security card") if step else "",
            step=step,
            of=8 if step else 0,
            can_back=bool(step),
            can_leave=bool(step),
        )
        return msgspec.structs.replace(base, **more)

    views: dict[str, View] = {}
    for part in (_entry, _identity, _questions, _paper, _ends):
        views |= part(tr, chrome, picture, page)
    views["technician"] = technician(tr, chrome(can_leave=True, can_help=False))
    return views


def _entry(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    return {
        "attract": AttractView(
            chrome=chrome(),
            title=tr("政务服务，就在家门口", "政務服務，就在家門口", "Public services at your doorstep"),
            lines=(
                tr(
                    "先告诉您能不能办，再请您出示身份证",
                    "先告訴您能不能辦，再請您出示身份證",
                    "We say what can be done before we ask for your ID",
                ),
                tr("全程免费，约三分钟", "全程免費，約三分鐘", "Free of charge, about three minutes"),
                tr(
                    "离开时，您的信息当场清除",
                    "離開時，您的資料當場清除",
                    "When you leave, your data is erased at once",
                ),
            ),
            notices=(
                tr(
                    "11月28日 22:00 至次日 6:00 系统维护",
                    "11月28日 22:00 至次日 6:00 系統維護",
                    "Maintenance on 28 November, 22:00 to 6:00",
                ),
            ),
            hours=tr("全天24小时", "全天24小時", "Open 24 hours"),
        ),
        "menu": _menu(tr, chrome(can_leave=True)),
        "service": ServiceView(
            chrome=chrome(can_back=True, can_leave=True),
            title=tr("个人参保证明", "個人參保證明", "Proof of insurance"),
            summary=tr(
                "打印您在本市参加社会保险的证明，盖电子印章，可扫码核验。",
                "列印您在本市參加社會保險的證明，蓋電子印章，可掃碼核驗。",
                "Prints a proof of your social insurance in this city, sealed and verifiable by QR code.",
            ),
            facts=(
                Row(tr("需要带", "需要帶", "Bring"), tr("本人身份证", "本人身份證", "Your own ID card")),
                Row(tr("用时", "用時", "Takes"), tr("约 3 分钟", "約 3 分鐘", "About 3 minutes")),
                Row(tr("费用", "費用", "Fee"), tr("免费", "免費", "Free")),
                Row(
                    tr("办完拿到", "辦完拿到", "You get"),
                    tr("A4 证明，当场打印", "A4 證明，當場列印", "An A4 certificate, printed here"),
                ),
            ),
            steps=(
                tr("阅读告知并同意", "閱讀告知並同意", "Read the notice and agree"),
                tr(
                    "刷身份证，输入短信验证码",
                    "刷身份證，輸入短信驗證碼",
                    "Lay down your ID card, enter the SMS code",
                ),
                tr("选择时间段和用途", "選擇時間段和用途", "Choose the period and the purpose"),
                tr("核对，打印", "核對，列印", "Check and print"),
            ),
            readiness=Readiness.READY,
        ),
        "service_unavailable": ServiceView(
            chrome=chrome(can_back=True, can_leave=True, line=Line.SLOW),
            title=tr("个人参保证明", "個人參保證明", "Proof of insurance"),
            summary=tr(
                "打印您在本市参加社会保险的证明。",
                "列印您在本市參加社會保險的證明。",
                "Prints a proof of your social insurance.",
            ),
            facts=(Row(tr("需要带", "需要帶", "Bring"), tr("本人身份证", "本人身份證", "Your own ID card")),),
            steps=(),
            readiness=Readiness.UNAVAILABLE,
            reason=tr(
                "打印机缺纸，已通知维护人员",
                "打印機缺紙，已通知維護人員",
                "The printer is out of paper; staff have been told",
            ),
            nearest=tr(
                "天园街政务服务中心，步行约 6 分钟",
                "天園街政務服務中心，步行約 6 分鐘",
                "Tianyuan Street service centre, 6 minutes on foot",
            ),
        ),
        "notice": NoticeView(
            chrome=chrome(1),
            title=tr("请先看这几点", "請先看這幾點", "Please read this first"),
            paragraphs=(
                tr(
                    "为您办理本事项，我们会读取身份证上的姓名、号码和住址，并向市社保中心查询您的参保记录。",
                    "為您辦理本事項，我們會讀取身份證上的姓名、號碼和住址，並向市社保中心查詢您的參保記錄。",
                    "To do this for you we read your name, number and address from your ID card and ask the city's insurance office for your record.",
                ),
                tr(
                    "这些信息只用于这一次办理。您退出时，本机不留存。",
                    "這些資料只用於這一次辦理。您退出時，本機不留存。",
                    "We use this for this one matter only. Nothing stays on this machine when you leave.",
                ),
                tr(
                    "您可以不同意，也可以到窗口办理。",
                    "您可以不同意，也可以到窗口辦理。",
                    "You may decline, and use the counter instead.",
                ),
            ),
            agree=tr("我已看过，同意", "我已看過，同意", "I have read it and agree"),
            decline=tr("不同意", "不同意", "Decline"),
        ),
    }


def _menu(tr: Tr, chrome: Chrome) -> MenuView:
    ready, later, unavailable = Readiness.READY, Readiness.LATER, Readiness.UNAVAILABLE
    tabs = (
        Option("hot", tr("常用", "常用", "Frequent")),
        Option("all", tr("全部", "全部", "All")),
        Option("elder", tr("长者", "長者", "Seniors")),
        Option("mine", tr("我的办件", "我的辦件", "My cases")),
    )
    return MenuView(
        chrome=chrome,
        title=tr("您想办什么？", "您想辦什麼？", "What would you like to do?"),
        tabs=tabs,
        tab="hot",
        groups=(
            Group(
                tr("社会保障", "社會保障", "Social security"),
                (
                    Tile(
                        "proof",
                        tr("个人参保证明", "個人參保證明", "Proof of insurance"),
                        tr("当场打印，盖章", "當場列印，蓋章", "Printed here, sealed"),
                        "file-text",
                        ready,
                    ),
                    Tile(
                        "card",
                        tr("社会保障卡申领", "社會保障卡申領", "Social security card"),
                        tr("拍照申领，可邮寄", "拍照申領，可郵寄", "Photo here, sent by courier"),
                        "identification-card",
                        later,
                    ),
                    Tile(
                        "pension",
                        tr("养老金待遇查询", "養老金待遇查詢", "Pension enquiry"),
                        tr("查看每月待遇", "查看每月待遇", "See your monthly pension"),
                        "hand-coins",
                        ready,
                    ),
                    Tile(
                        "licence",
                        tr("居住证签注", "居住證簽註", "Residence permit"),
                        tr("一年一次", "一年一次", "Once a year"),
                        "house",
                        unavailable,
                        tr("打印机缺纸", "打印機缺紙", "out of paper"),
                    ),
                ),
            ),
            Group(
                tr("养老与帮扶", "養老與幫扶", "Seniors and support"),
                (
                    Tile(
                        "elder",
                        tr("长者长寿保健金申领", "長者長壽保健金申領", "Longevity allowance"),
                        tr("可替父母办理", "可替父母辦理", "For you or your parents"),
                        "hand-heart",
                        ready,
                    ),
                    Tile(
                        "progress",
                        tr("办件进度查询", "辦件進度查詢", "Track a case"),
                        tr("输入编号或刷证", "輸入編號或刷證", "By number or ID card"),
                        "magnifying-glass",
                        ready,
                    ),
                ),
            ),
        ),
    )


def _identity(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
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
        "photo_taken": PhotoView(
            chrome=chrome(5),
            title=tr("这张可以吗？", "這張可以嗎？", "Is this one good?"),
            hint=tr("照片会印在卡上。", "照片會印在卡上。", "It will be printed on the card."),
            taken=picture,
        ),
    }


def _questions(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
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


def _paper(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    printing = tr("正在打印证明", "正在列印證明", "Printing your certificate")
    return {
        "document": DocumentView(
            chrome=chrome(7),
            title=tr("打印前请看一看", "列印前請看一看", "Have a look before printing"),
            pages=(page, page),
            confirm=tr("打印 1 份", "列印 1 份", "Print one copy"),
        ),
        "records": RecordsView(
            chrome=chrome(6),
            title=tr("查到 2 件", "查到 2 件", "Two cases found"),
            records=(
                RecordCard(
                    tr("社会保障卡申领", "社會保障卡申領", "Social security card"),
                    tr("制卡中", "製卡中", "In production"),
                    (
                        Row(tr("编号", "編號", "Number"), "GZ-2026-004211"),
                        Row(
                            tr("提交时间", "提交時間", "Sent"),
                            tr("2026年11月20日", "2026年11月20日", "20 November 2026"),
                        ),
                    ),
                ),
                RecordCard(
                    tr("长者长寿保健金", "長者長壽保健金", "Longevity allowance"),
                    tr("已受理", "已受理", "Accepted"),
                    (Row(tr("编号", "編號", "Number"), "GZ-2026-004180"),),
                ),
            ),
            confirm=tr("看完了", "看完了", "Done"),
        ),
        "records_empty": RecordsView(
            chrome=chrome(6),
            title=tr("没有查到", "沒有查到", "Nothing found"),
            records=(),
            empty=tr(
                "这张身份证下没有办理中的事项。",
                "這張身份證下沒有辦理中的事項。",
                "There is no open case under this ID card.",
            ),
            confirm=tr("看完了", "看完了", "Done"),
        ),
        "working": WorkingView(
            chrome=chrome(6, can_back=False, can_leave=False),
            title=tr("正在提交", "正在提交", "Submitting"),
            body=tr("请稍候，不用按任何键。", "請稍候，不用按任何鍵。", "One moment. You need not do anything."),
        ),
        "printing": PrintingView(
            chrome=chrome(7, can_back=False, can_leave=False),
            title=printing,
            body="",
            kind="document",
            page=1,
            of=2,
        ),
        "printing_problem": PrintingView(
            chrome=chrome(7, can_back=False),
            title=printing,
            body="",
            kind="receipt",
            problem=tr(
                "凭条纸用完了，工作人员已收到通知。",
                "憑條紙用完了，工作人員已收到通知。",
                "The receipt paper is used up; staff have been told.",
            ),
        ),
    }


def _ends(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    number = tr("受理编号", "受理編號", "Case number")
    done = tr("完成", "完成", "Done")
    levels = (
        ("非常满意", "非常滿意", "Very satisfied"),
        ("满意", "滿意", "Satisfied"),
        ("基本满意", "基本滿意", "Fairly satisfied"),
        ("不满意", "不滿意", "Dissatisfied"),
        ("非常不满意", "非常不滿意", "Very dissatisfied"),
    )
    return {
        "result": ResultView(
            chrome=chrome(8, can_back=False),
            title=tr("已受理", "已受理", "Accepted"),
            kind="accepted",
            reference_label=number,
            reference="GZ-2026-004211",
            paragraphs=(
                tr(
                    "市社保中心已收到您的申请，5 个工作日内制好卡。",
                    "市社保中心已收到您的申請，5 個工作日內製好卡。",
                    "The insurance office has your application. The card is made within 5 working days.",
                ),
            ),
            next_steps=(
                tr("制好后快递到您填的地址", "製好後快遞到您填的地址", "The card is sent to your address"),
                tr("送到前会有短信通知", "送到前會有短信通知", "You get a text message before"),
            ),
            paper=tr(
                "凭条已打印，请在右侧取走",
                "憑條已列印，請在右側取走",
                "Your receipt is printed; take it on the right",
            ),
            qr="https://example.invalid/verify/DEMO",
            confirm=done,
        ),
        "result_provisional": ResultView(
            chrome=chrome(8, can_back=False, line=Line.OFFLINE),
            title=tr(
                "申请已存好，等线路恢复后送出",
                "申請已存好，等線路恢復後送出",
                "Saved, and sent when the line is back",
            ),
            kind="provisional",
            reference_label=tr("本机编号", "本機編號", "Number on this machine"),
            reference="T01-000137",
            paragraphs=(
                tr(
                    "市社保中心还没有收到。请留好凭条，它不是受理回执。",
                    "市社保中心還沒有收到。請留好憑條，它不是受理回執。",
                    "The office does not have it yet. Keep the slip; it is not a receipt of acceptance.",
                ),
            ),
            next_steps=(
                tr(
                    "线路恢复后自动送出，您不用再来",
                    "線路恢復後自動送出，您不用再來",
                    "It is sent by itself; you need not come again",
                ),
                tr(
                    "受理后短信告诉您编号",
                    "受理後短信告訴您編號",
                    "You are told the case number by text message",
                ),
            ),
            qr="DS1.eyJ0IjoiVDAxIiwibiI6IlQwMS0wMDAxMzciLCJzIjoic3NjIiwiYSI6IjIwMjYtMTEtMjMifQ.ZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1vZGVtbw",
            confirm=done,
        ),
        "rating": RatingView(
            chrome=chrome(8, can_back=False, can_leave=False),
            title=tr("这次办得怎么样？", "這次辦得怎麼樣？", "How was it?"),
            body=tr("评价不记名。", "評價不記名。", "Your rating carries no name."),
            options=tuple(Option(f"{5 - n}", tr(*level)) for n, level in enumerate(levels)),
            skip=tr("不评价", "不評價", "Skip"),
        ),
        "goodbye": GoodbyeView(
            chrome=chrome(can_help=False),
            title=tr("办好了，请慢走", "辦好了，請慢走", "All done. Goodbye"),
            body="",
            wiped=(
                tr("身份证信息和照片", "身份證資料和照片", "Your ID data and picture"),
                tr("您填写的内容", "您填寫的內容", "What you wrote"),
                tr("打印缓存", "列印緩存", "Print files"),
            ),
            reminders=(
                tr("感应区上的身份证", "感應區上的身份證", "Your ID card from the reader"),
                tr("出纸口的凭条", "出紙口的憑條", "Your slip from the slot"),
            ),
        ),
        "problem": ProblemView(
            chrome=chrome(7, can_back=False),
            title=tr("证明没有打完", "證明沒有列印完", "The certificate was not printed"),
            happened=tr("打印机在第 1 页卡纸了。", "打印機在第 1 頁卡紙了。", "The printer jammed on page 1."),
            certain=tr(
                "您的证明已开具，没有扣费，不会重复打印。",
                "您的證明已開具，沒有扣費，不會重複列印。",
                "Your certificate is issued; nothing was charged; it will not print twice.",
            ),
            advice=tr(
                "可以改存到手机，或到最近的一台打印。",
                "可以改存到手機，或到最近的一台列印。",
                "Keep it on your phone, or print at the nearest machine.",
            ),
            reference="P-7K2M",
            options=(
                Option("phone", tr("存到手机", "存到手機", "Keep on my phone")),
                Option("leave", tr("结束", "結束", "Finish")),
            ),
        ),
        "still_there": StillThereView(
            chrome=chrome(4),
            title=tr("您还在吗？", "您還在嗎？", "Are you still there?"),
            body=tr(
                "没有回答的话，我们会清除您的信息。",
                "沒有回答的話，我們會清除您的資料。",
                "Without an answer we will erase your data.",
            ),
            answer=tr("我还在，继续", "我還在，繼續", "Yes, go on"),
            leave=tr("结束", "結束", "Finish"),
        ),
        "help": HelpView(
            chrome=chrome(4),
            title=tr("怎么办理这一步", "怎麼辦理這一步", "How this page works"),
            paragraphs=(
                tr(
                    "看清问题，按一个答案。按错了可以返回。",
                    "看清問題，按一個答案。按錯了可以返回。",
                    "Read the question, press one answer. You can always go back.",
                ),
            ),
            phone="12345",
            close=tr("知道了", "知道了", "Close"),
        ),
        "out_of_service": OutOfServiceView(
            chrome=chrome(can_help=False, line=Line.OUT_OF_SERVICE),
            title=tr("暂停服务", "暫停服務", "Out of service"),
            body=tr(
                "正在维护，预计今天 15:00 恢复。",
                "正在維護，預計今天 15:00 恢復。",
                "Maintenance; back today at about 15:00.",
            ),
            nearest=tr(
                "天园街政务服务中心，步行约 6 分钟",
                "天園街政務服務中心，步行約 6 分鐘",
                "Tianyuan Street service centre, 6 minutes on foot",
            ),
        ),
    }


__all__ = ["TechnicianView", "sample_views"]

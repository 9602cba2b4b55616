"""Sample pages of paper, of results and of the ways a visit ends."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.views import (
    Chrome,
    DisplayView,
    DocumentView,
    GoodbyeView,
    HelpView,
    Line,
    Option,
    OutOfServiceView,
    PrintingView,
    ProblemView,
    RatingView,
    RecordCard,
    RecordsView,
    ResultView,
    Row,
    Setting,
    StillThereView,
    View,
    WorkingView,
)

Tr = Callable[[str, str, str], str]


def paper(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    """Pages by short name, in the language of `tr`."""
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


def ends(tr: Tr, chrome: Callable[..., Chrome], picture: bytes, page: bytes) -> dict[str, View]:
    """Pages by short name, in the language of `tr`."""
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
        "display": DisplayView(
            chrome=chrome(4),
            title=tr("看得清，听得见", "看得清，聽得見", "Easier to see and hear"),
            settings=(
                Setting(
                    "size",
                    tr("字的大小", "字的大小", "Text size"),
                    (
                        Option("standard", tr("标准", "標準", "Standard")),
                        Option("large", tr("大", "大", "Large")),
                        Option("larger", tr("更大", "更大", "Larger")),
                        Option("largest", tr("最大", "最大", "Largest")),
                    ),
                    "standard",
                ),
                Setting(
                    "theme",
                    tr("颜色", "顏色", "Colours"),
                    (
                        Option("normal", tr("标准", "標準", "Standard")),
                        Option("dark", tr("深色", "深色", "Dark")),
                        Option("contrast_light", tr("白底黑字", "白底黑字", "Black on white")),
                        Option("contrast_dark", tr("黑底白字", "黑底白字", "White on black")),
                    ),
                    "normal",
                ),
                Setting(
                    "voice",
                    tr("读出来", "讀出來", "Read aloud"),
                    (
                        Option("off", tr("不读", "不讀", "Off")),
                        Option("mandarin", tr("普通话", "普通話", "Mandarin")),
                        Option("cantonese", tr("粤语", "粵語", "Cantonese")),
                    ),
                    "off",
                ),
            ),
            close=tr("好了", "好了", "Done"),
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

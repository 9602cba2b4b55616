"""Sample pages for the gallery and the tests: every view type, three languages, invented people (演示)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk.views import (
    Appearance,
    AttractView,
    Chrome,
    ComparisonView,
    Contrast,
    Door,
    Group,
    Language,
    Line,
    MenuView,
    NoticeView,
    Option,
    Readiness,
    Row,
    SearchView,
    ServiceView,
    Tile,
    View,
)
from ui.gallery_samples_ends import ends, paper
from ui.gallery_samples_fields import fields
from ui.gallery_samples_middle import identity, questions
from ui.gallery_technician import technician

Tr = Callable[[str, str, str], str]


def sample_views(
    language: Language,
    care: bool = False,
    picture: bytes = b"",
    page: bytes = b"",
    look: Appearance | None = None,
) -> dict[str, View]:
    """Every view type by a short name; `picture` is a JPEG of a face, `page` a PNG of a page."""

    def tr(hans: str, hant: str, english: str) -> str:
        return {Language.SIMPLIFIED: hans, Language.TRADITIONAL: hant}.get(language, english)

    def chrome(step: int = 0, **more: object) -> Chrome:
        base = Chrome(
            language=language,
            care=care,
            look=look or Appearance(),
            terminal=tr("天河区天园街 · 01号机", "天河區天園街 · 01號機", "Tianyuan Street, Tianhe · No. 01"),
            service=tr("社会保障卡申领", "社會保障卡申領", "Social security card") if step else "",
            step=step,
            of=8 if step else 0,
            can_back=bool(step),
            can_leave=bool(step),
        )
        return msgspec.structs.replace(base, **more)

    views: dict[str, View] = {}
    for part in (_entry, identity, questions, fields, paper, ends):
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
        "doors": _doors(tr, chrome(can_leave=True)),
        "comparison": _comparison(tr, chrome(can_back=True, can_leave=True)),
        "search": _search(tr, chrome(can_back=True, can_leave=True)),
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
                    "To do this for you we read your name, number and address from your ID card"
                    " and ask the city's insurance office for your record.",
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


def _ways(tr: Tr) -> tuple[Option, ...]:
    return (
        Option("hot", tr("常用", "常用", "Popular")),
        Option("event", tr("按事情", "按事情", "By topic")),
        Option("department", tr("按部门", "按部門", "By office")),
        Option("audience", tr("按人群", "按人群", "For whom")),
    )


def _search(tr: Tr, chrome: Chrome) -> SearchView:
    return SearchView(
        chrome=chrome,
        title=tr("想办什么，写几个字", "想辦甚麼，寫幾個字", "What do you need? Type a few letters"),
        text=tr("社保", "社保", "insurance"),
        tiles=_menu(tr, chrome).groups[0].tiles[:2],
    )


def _comparison(tr: Tr, chrome: Chrome) -> ComparisonView:
    return ComparisonView(
        chrome=chrome,
        title=tr("公租房申请：两区对照", "公租房申請：兩區對照", "Public rental housing: two districts"),
        left=tr("天河区", "天河區", "Tianhe"),
        right=tr("花都区", "花都區", "Huadu"),
        saved=(tr("天河区快10天", "天河區快10天", "Tianhe: 10 days sooner"),),
        rows=(
            Contrast(tr("承诺多久办好", "承諾多久辦好", "Promised time"), "40", "50"),
            Contrast(tr("费用", "費用", "Fee"), *(tr("免费", "免費", "Free"),) * 2),
        ),
        options=(
            Option("left", tr("换左边的区", "換左邊的區", "Change left")),
            Option("right", tr("换右边的区", "換右邊的區", "Change right")),
        ),
    )


def _doors(tr: Tr, chrome: Chrome) -> MenuView:
    return MenuView(
        chrome=chrome,
        title=tr("您想办什么？", "您想辦什麼？", "What would you like to do?"),
        tabs=_ways(tr),
        tab="event",
        groups=(),
        doors=(
            Door(
                "work",
                tr("就业社保", "就業社保", "Work and insurance"),
                tr(
                    "参保证明、社保卡申领等24项",
                    "參保證明、社保卡申領等24項",
                    "24 services: Proof of insurance and more",
                ),
                "briefcase",
            ),
            Door(
                "elderly",
                tr("长者服务", "長者服務", "Older people"),
                tr("高龄津贴", "高齡津貼", "Allowance"),
                "hand-heart",
            ),
            Door("car", tr("开车用车", "駕駛用車", "Driving"), tr("查违法", "查違例", "Check fines"), "car"),
        ),
    )


def _menu(tr: Tr, chrome: Chrome) -> MenuView:
    ready, later, unavailable = Readiness.READY, Readiness.LATER, Readiness.UNAVAILABLE
    return MenuView(
        chrome=chrome,
        title=tr("您想办什么？", "您想辦什麼？", "What would you like to do?"),
        tabs=_ways(tr),
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

"""The technician's sample page."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.views import Chrome, DeviceRow, Option, Row, TechnicianView


def technician(tr: Callable[[str, str, str], str], chrome: Chrome) -> TechnicianView:
    """One device of each level."""
    return TechnicianView(
        chrome=chrome,
        title=tr("维护", "維護", "Maintenance"),
        todo=tr(
            "给 A4 打印机加纸，然后按“测试”。",
            "給 A4 打印機加紙，然後按「測試」。",
            "Put paper into the A4 printer, then press Test.",
        ),
        devices=(
            DeviceRow(
                tr("身份证阅读器", "身份證閱讀器", "ID-card reader"),
                "ok",
                tr("在线", "在線", "online"),
                test="test:id_card_reader",
            ),
            DeviceRow(
                tr("凭条打印机", "憑條打印機", "Receipt printer"),
                "warn",
                tr("纸将用完", "紙將用完", "paper low"),
                tr("还可打约 40 张", "還可列印約 40 張", "about 40 slips left"),
                "test:receipt_printer",
            ),
            DeviceRow(
                tr("A4 打印机", "A4 打印機", "A4 printer"),
                "bad",
                tr("缺纸", "缺紙", "out of paper"),
                tr("纸盒 1", "紙盒 1", "tray 1"),
                "test:document_printer",
            ),
        ),
        facts=(
            Row(tr("待补传", "待補傳", "Waiting to be sent"), "3"),
            Row(tr("最早一件", "最早一件", "Oldest"), tr("12 分钟前", "12 分鐘前", "12 minutes ago")),
            Row(tr("版本", "版本", "Version"), "0.1.0"),
        ),
        actions=(
            Option("checkup", tr("90 秒自检", "90 秒自檢", "90-second check-up")),
            Option("close", tr("结束维护", "結束維護", "End maintenance")),
        ),
        report=("08:01 id_card_reader ok", "08:01 receipt_printer paper low"),
    )

"""The scenes of the demo. Each checks what the terminal promises; a promise that does not hold fails the demo."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pypdfium2
import requests

from kiosk.demo.acts import Acts
from kiosk.demo.report import Check

PIN = "246810"
NUMBER = re.compile(r"TH0001-\d{6}-\d")


def certificate(acts: Acts) -> None:
    """个人参保证明, with the paper running out in the middle of the certificate."""
    citizen = acts.visitor
    acts.open_service("个人参保证明")
    acts.prove_identity("wang-hong")
    citizen.tap("近36个月")
    citizen.tap("贷款")
    citizen.tap("逐月列出")
    citizen.see("请看一看，再打印")
    acts.picture("打印前先看样张")
    jobs = len(citizen.act("GET", "/api/document/jobs")["jobs"])
    citizen.tap("打印证明")
    acts.wait(lambda: acts.print_job().get("sheets") == 1, 20, "the first sheet")
    citizen.act("POST", "/api/document/tray", sheets=0)
    acts.wait(lambda: citizen.sees("没有纸了"), 15, "the page that says the paper is out")
    acts.picture("第1页后缺纸：页面如实说明")
    acts.promise("paper out in the middle is said on the screen", True)
    citizen.act("POST", "/api/document/tray", sheets=250)
    citizen.see("证明已办好", 30)
    acts.picture("证明已办好")
    job = acts.print_job()
    sent = len(citizen.act("GET", "/api/document/jobs")["jobs"]) - jobs
    acts.promise(
        "every sheet came out exactly once", (sent, job["sheets"]) == (1, 2), f"{sent} job, {job['sheets']} sheets"
    )
    number = job["number"]
    for page in (1, 2):
        acts.paper(f"/api/document/jobs/{number}/pages/{page}.png", f"certificate-{page}.png", f"证明第{page}页")
    pdf = acts.paper(f"/api/document/jobs/{number}.pdf", "certificate.pdf", "证明（PDF）")
    _check_certificate(acts, pdf)
    acts.wait(lambda: citizen.sees("回执已打印"), 20, "the slip")
    acts.paper("/api/receipt/last.png", "receipt-1.png", "回执")
    acts.finish()


def _check_certificate(acts: Acts, pdf: Path) -> None:
    """What an independent reader finds in the PDF, and what the public page says."""
    with pypdfium2.PdfDocument(pdf.read_bytes()) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    name = acts.people["wang-hong"]["name"]
    acts.promise("the certificate holds the rare name, whole", name in text, name)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    address = f"http://127.0.0.1:{acts.plan.ports.centre}/verify/{code.group() if code else 'none'}"
    answer = requests.get(address, timeout=5)
    acts.promise("anyone can verify it", answer.status_code == 200 and "证明真实有效" in answer.text, address)


def offline(acts: Acts) -> None:
    """社会保障卡申领, with the line cut before submitting, and the terminal killed after its slip."""
    citizen = acts.visitor
    acts.open_service("社会保障卡申领", "人力资源和社会保障")
    acts.prove_identity("chen-meilan")
    citizen.tap("中国银行")
    citizen.see("拍照")
    time.sleep(1.0)
    acts.picture("拍照")
    citizen.tap("拍照")
    citizen.tap("使用这张")
    citizen.tap("快递到家")
    citizen.see("寄到哪里")
    acts.picture("地址已按登记填好，可以用拼音改")
    citizen.tap("下一步")
    citizen.tap("下一步")
    citizen.see("请核对您填的内容")
    acts.picture("提交前核对")
    acts.line("down")
    slips = citizen.act("GET", "/api/state")["devices"]["receipt"]["slips"]
    citizen.tap("确认提交")
    citizen.see("尚未受理", 30)
    acts.wait(lambda: citizen.act("GET", "/api/state")["devices"]["receipt"]["slips"] > slips, 20, "the slip")
    acts.picture("线路断了：如实说尚未受理")
    slip = acts.last_receipt()
    text = "\n".join(slip["lines"])
    acts.promise("the slip says in plain words that the office has not accepted yet", "尚未受理" in text)
    number = _number_in(text)
    acts.paper("/api/receipt/last.png", "receipt-provisional.png", "临时回执")
    acts.kill_terminal()
    started = time.monotonic()
    acts.promise("the terminal was killed right after its slip", True)
    citizen.see("您好，在这里办事", 40)
    acts.promise("it came back by itself", True, f"{time.monotonic() - started:.1f} s")
    acts.picture("被杀掉后自己恢复")
    citizen.act("DELETE", "/api/card")
    acts.promise("nothing has reached the centre yet", not acts.received(number))
    _check_slip(acts, slip["qr"][0], "尚未受理")
    acts.line("up")
    rows = acts.wait(lambda: acts.received(number), 60, "the application at the centre")
    acts.promise("nobody touched anything, and the centre has it", True, rows[0]["case_number"])
    acts.wait(lambda: citizen.sees("在线"), 30, "the line")
    time.sleep(3)
    rows = acts.received(number)
    acts.promise("exactly once", len(rows) == 1 and rows[0]["received"] == 1, f"{len(rows)} time(s)")
    _check_slip(acts, slip["qr"][0], "已送达")


def _number_in(text: str) -> str:
    found = NUMBER.search(text)
    if found is None:
        raise KeyError("no number on the slip")
    return found.group()


def _check_slip(acts: Acts, qr: str, wanted: str) -> None:
    page = requests.get(f"http://127.0.0.1:{acts.plan.ports.centre}/slips/{qr}", timeout=5).text
    acts.promise(f"the slip's QR code, checked by anyone, says {wanted}", wanted in page)


def progress(acts: Acts) -> None:
    """办件进度查询 shows the application that was captured offline."""
    citizen = acts.visitor
    acts.open_service("办件进度查询")
    acts.prove_identity("chen-meilan")
    citizen.see("社会保障卡申领", 20)
    citizen.see("已受理")
    acts.picture("办件进度")
    acts.promise("the application captured offline shows as accepted", True)
    citizen.tap("退出")
    acts.leave()


def longevity(acts: Acts) -> None:
    """长者长寿保健金申领 by a son for his father; Huangpu and Tianhe differ."""
    for person, parent, district, amount in (
        ("liang-haoran", "给父母：梁", "黄埔区", "¥80.00"),
        ("li-jianguo", "给父母：李", "天河区", "¥100.00"),
    ):
        citizen = acts.visitor
        acts.open_service("长者长寿保健金申领")
        acts.prove_identity(person)
        citizen.see("您为谁申领")
        acts.picture("为谁办")
        citizen.tap(parent)
        citizen.tap(district)
        citizen.see("每月可以领多少")
        acts.picture(f"{district}的标准")
        acts.promise(f"{district}: {amount} a month for this age", citizen.sees(amount))
        citizen.tap("知道了，继续")
        citizen.tap("广州农商银行")
        citizen.see("账号")
        citizen.type_digits("6222000000000005")
        citizen.tap("下一步")
        while citizen.sees("下一步"):
            citizen.tap("下一步")
        citizen.see("请核对您填的内容")
        acts.picture("核对")
        citizen.tap("确认提交")
        citizen.see("已受理", 30)
        acts.picture("已受理")
        acts.finish("满意")


def walk_away(acts: Acts) -> None:
    """A citizen who puts her card down and walks away."""
    citizen = acts.visitor
    acts.open_service("个人参保证明")
    citizen.see("请放身份证")
    citizen.act("POST", "/api/card", person="zhang-xie")
    citizen.see("输入短信验证码")
    citizen.see("还在吗", 90)
    acts.picture("先问一句：您还在吗")
    acts.promise("the terminal asks before it ends anything", True)
    citizen.see("已从本机清除", 60)
    acts.picture("没有人回答：结束并清除")
    citizen.act("DELETE", "/api/card")
    citizen.see("您好，在这里办事", 60)
    acts.promise("it ends by itself, wiped, back at the attract screen", True)


def missing_printer(acts: Acts) -> None:
    """A missing printer greys what needs it, before anybody shows an ID card."""
    citizen = acts.visitor
    citizen.act("POST", "/api/devices/document/unplug")
    citizen.tap("开始办理")
    acts.wait(lambda: citizen.sees("暂不能"), 20, "the grey tile")
    acts.picture("打印机不在：先说明，不用先放身份证")
    acts.promise("the menu says before identity what cannot be done here, and why", True)
    citizen.act("POST", "/api/devices/document/plug")
    acts.wait(lambda: not citizen.sees("暂不能"), 20, "the tile to come back")
    acts.promise("it comes back by itself when the printer does", True)
    citizen.tap("English")
    citizen.see("What would you like to do")
    acts.picture("English")
    citizen.tap("繁體")
    citizen.tap("關愛")
    time.sleep(0.5)
    acts.picture("繁體，關愛大字")
    citizen.tap("退出")
    citizen.see("开始办理", 60)


def technician(acts: Acts) -> None:
    """A technician behind the hidden door."""
    visitor = acts.visitor
    visitor.hold(20, 20, 3.4)
    visitor.see("维护密码", 10)
    visitor.type_digits(PIN)
    visitor.tap("确定")
    visitor.see("身份证", 10)
    time.sleep(0.5)
    acts.picture("维护模式：没有个人信息")
    acts.promise("the right PIN opens maintenance", True)
    names = " ".join(str(person.get("name", "")) for person in acts.people.values())
    shown = [seen.name for seen in visitor.all_seen() if seen.name and seen.name in names.split()]
    acts.promise("no sample person's name is on the technician's page", not shown, shown)
    visitor.tap("退出")
    visitor.see("您好，在这里办事", 20)


def nothing_stays(acts: Acts) -> None:
    """What is left on the terminal's disk after all of it."""
    planted = [str(acts.people[key]["number"]) for key in ("wang-hong", "chen-meilan", "liang-haoran", "zhang-xie")]
    planted += [str(acts.people[key]["name"]) for key in ("wang-hong", "chen-meilan")]
    hits = []
    for path in acts.plan.data.rglob("*"):
        if path.is_file() and "centre" not in path.parts:
            content = path.read_bytes()
            for word in planted:
                for encoding in ("utf-8", "utf-16-le", "gb18030"):
                    if word.encode(encoding) in content:
                        hits.append(f"{path.name}: {encoding}")
    acts.scene.checks.append(
        Check("no name or number of a citizen is readable on the terminal's disk", not hits, str(hits))
    )


Act = Callable[[Acts], None]
SCENES: Mapping[str, tuple[str, str, Act]] = {
    "certificate": (
        "个人参保证明，中途缺纸",
        "A certificate on the spot; the paper runs out after its first page.",
        certificate,
    ),
    "offline": (
        "社会保障卡申领，线路断了，终端被杀",
        "The line dies before submitting; the terminal dies after its slip.",
        offline,
    ),
    "progress": ("办件进度查询", "The application captured offline shows up.", progress),
    "longevity": ("长者长寿保健金，各区不同", "Sons apply for their fathers; Huangpu and Tianhe differ.", longevity),
    "missing_printer": ("打印机不在", "Said before identity; three languages and care mode.", missing_printer),
    "technician": ("维护人员", "The hidden door, the PIN, and one screen without personal data.", technician),
    "walk_away": ("有人中途走开", "Nobody answers: ended and wiped.", walk_away),
    "nothing_stays": ("什么也没留下", "A search of the terminal's disk for the citizens of this story.", nothing_stays),
}

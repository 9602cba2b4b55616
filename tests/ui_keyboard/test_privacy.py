"""Nothing that a citizen types stays: not while it runs, not after reset, not when librime wants to learn."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from pypinyin import lazy_pinyin

from tests.ui_keyboard.conftest import Person, Sit
from ui.keyboard.rime_process import HostProcess, memory_folder, sweep

PLANTED = "郝思嘉"
CODE = "".join(lazy_pinyin(PLANTED))


def traces(folder: Path) -> list[str]:
    """Files below `folder` whose name or content holds the planted name, in any spelling."""
    needles = [PLANTED.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    needles += [CODE.encode(), b"hao si jia"]
    found = []
    for path in folder.rglob("*"):
        content = bytes(path) + (path.read_bytes() if path.is_file() else b"")
        found += [str(path) for needle in needles if needle in content]
    return found


def plant(person: Person) -> HostProcess:
    """Write the name, one character at a time as people do, and hand back the process that knew it."""
    for character, syllable in zip(PLANTED, lazy_pinyin(PLANTED), strict=True):
        person.type(syllable)
        person.qtbot.waitUntil(lambda: bool(person.panel.settled and person.candidates()), timeout=15000)
        person.press("更多候选")
        person.qtbot.waitUntil(lambda: bool(person.panel.settled), timeout=15000)
        person.press(character)
        person.qtbot.waitUntil(lambda: not person.panel.composing, timeout=15000)
    assert "".join(person.texts) == PLANTED
    assert person.panel.engine is not None
    process = person.panel.engine.process
    assert isinstance(process, HostProcess)
    return process


def test_the_name_is_in_no_file_while_the_process_runs(sit: Sit) -> None:
    process = plant(sit("chinese"))
    assert [path.name for path in process.folder.rglob("*")] == ["doorstep_words.txt"]
    assert traces(process.folder) == []


def test_reset_kills_the_process_and_wipes_its_folder(sit: Sit) -> None:
    person = sit("chinese")
    process = plant(person)
    person.panel.reset()
    assert not process.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_reset_forgets_a_half_composed_name(sit: Sit) -> None:
    person = sit("chinese")
    person.type(CODE)
    person.wait_for("好")
    person.panel.reset()
    assert not person.panel.composing
    assert person.candidates() == []
    person.type("ni")
    person.choose("你")
    assert person.texts == ["你"]


def test_the_kernel_lets_the_process_write_no_byte_and_no_core() -> None:
    process = HostProcess()
    try:
        limits = _limits_once_confined(process)
    finally:
        process.close()
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]


def _limits_once_confined(process: HostProcess) -> dict[str, list[str]]:
    assert select.select([process], [], [], 20)[0], "no greeting"
    assert process.receive()[0].error == ""
    lines = Path(f"/proc/{process.pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[:2] for line in lines}


LEARNER = """
import sys
from pathlib import Path
from ui.keyboard.librime import Folders, Librime
from ui.keyboard.rime_host import SHARED, confine
user = Path(sys.argv[1])
if sys.argv[2] == "confined":
    confine()
rime = Librime(Folders(SHARED, user / "schemas", user))
rime.select_schema("learner")
for key in sys.argv[3]:
    rime.press(ord(key))
while rime.candidates(0, 1):
    rime.pick(0)
print(rime.take_commit())
rime._call["destroy_session"](rime._session)
"""

LEARNING_SCHEMA = """
schema: {schema_id: learner, name: learner, version: "1"}
engine:
  processors: [speller, selector, navigator, express_editor]
  segmentors: [abc_segmentor, fallback_segmentor]
  translators: [script_translator]
speller: {alphabet: zyxwvutsrqponmlkjihgfedcba, delimiter: " '"}
translator: {dictionary: pinyin_simp, enable_user_dict: true}
"""


@pytest.mark.parametrize("how", ["confined", "free"])
def test_a_schema_that_learns_leaves_traces_only_where_the_kernel_lets_it(tmp_path: Path, how: str) -> None:
    """The free one shows that the search below would find something."""
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    (schemas / "learner.schema.yaml").write_text(LEARNING_SCHEMA)
    command = [sys.executable, "-c", LEARNER, str(tmp_path), how, CODE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip(), done.stderr
    (schemas / "learner.schema.yaml").unlink()
    assert bool(traces(tmp_path)) is (how == "free")


def test_forgetting_a_panel_ends_its_process(sit: Sit) -> None:
    person = sit("chinese")
    process = plant(person)
    person.panel.deleteLater()
    person.qtbot.waitUntil(lambda: not process.folder.exists(), timeout=5000)
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_folder_left_by_a_killed_keyboard_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"doorstep-input-{ended.pid}-abc"
    left.mkdir()
    (left / "trace").write_text(PLANTED)
    ours = tmp_path / f"doorstep-input-{os.getpid()}-abc"
    ours.mkdir()
    sweep(tmp_path)
    assert not left.exists()
    assert ours.exists()


def test_throw_away_folders_live_in_memory() -> None:
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    kinds = {mount[1]: mount[2] for mount in mounts}
    assert kinds.get(str(memory_folder())) == "tmpfs"


def test_a_panel_that_is_hidden_ends_its_process_and_writes_again_when_shown(sit: Sit) -> None:
    person = sit("chinese")
    process = plant(person)
    person.panel.hide()
    assert not process.folder.exists()
    person.panel.show()
    person.clock.now += 1
    person.type("ni")
    person.choose("你")
    assert person.texts[-1] == "你"

"""A program of its own that shows sample pages on demand: for a line "LANGUAGE NAME" it says "shown" once painted."""

from __future__ import annotations

import sys
from datetime import datetime

from PySide6.QtCore import QSocketNotifier

from kiosk.texts import load_texts
from kiosk.views import Language
from tests.ui.conftest import TEXTS
from ui.app import running_app
from ui.gallery import face_jpeg, page_png, settle
from ui.gallery_samples import sample_views
from ui.window import Clocks, KioskWindow


def main() -> None:
    """Show what is asked for until standard input ends."""
    app = running_app()
    window = KioskWindow(load_texts(TEXTS), clocks=Clocks(local=lambda: datetime(2026, 11, 23, 9, 30)))
    window.fill_screen()
    pictures = face_jpeg(), page_png()

    def asked(_: object) -> None:
        line = sys.stdin.readline()
        if not line:
            window.may_close = True
            app.exit(0)
            return
        language, name = line.split()
        window.show_view(sample_views(Language(language), False, *pictures)[name])
        settle(app)
        sys.stdout.write("shown\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
    notifier.activated.connect(asked)
    sys.stdout.write("shown\n")
    sys.stdout.flush()
    app.exec()


if __name__ == "__main__":
    main()

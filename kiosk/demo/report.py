"""What the demo leaves behind: one page with every picture, every paper and every checked promise."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

_STYLE = """
body{font:16px/1.6 "Noto Sans CJK SC",sans-serif;color:#1c2733;background:#f4f6f8;
  margin:0 auto;max-width:1500px;padding:2rem}
h1{font-size:2rem;margin:0}h2{margin:3rem 0 .5rem;border-top:2px solid #cfd8e0;padding-top:1.5rem}
.row{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}figure{margin:0;width:230px}
figure img{width:100%;border:1px solid #cfd8e0;border-radius:6px;background:#fff}
figcaption{font-size:.85rem;color:#44525f}ul{list-style:none;padding:0}
.held:before{content:"✓ ";color:#12714a;font-weight:bold}
.broken:before{content:"✗ ";color:#b3261e;font-weight:bold}.broken{color:#b3261e}
pre{background:#fff;border:1px solid #cfd8e0;padding:1rem;overflow:auto;font-size:.8rem;max-height:24rem}
"""


@dataclass
class Check:
    """One promise: what was promised, whether it held, and what was seen."""

    promise: str
    held: bool
    seen: str = ""


@dataclass
class Scene:
    """One part of the story, with its pictures and papers (paths relative to the report) and its checks."""

    title: str
    story: str
    pictures: list[tuple[str, str]] = field(default_factory=list)
    papers: list[tuple[str, str]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether everything promised in this scene held."""
        return all(check.held for check in self.checks)


@dataclass
class Report:
    """All scenes, and texts such as the journal, to be written as one page."""

    folder: Path
    scenes: list[Scene] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every promise of every scene held."""
        return all(scene.held for scene in self.scenes)

    def write(self) -> Path:
        """Write index.html; returns its path."""
        verdict = "每一项承诺都兑现了 · everything promised held"
        if not self.held:
            verdict = "有承诺未兑现 · a promise was broken"
        parts = [
            '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>Doorstep demo</title>',
            f"<style>{_STYLE}</style><h1>家门口 Doorstep — demo</h1><p><b>{verdict}</b></p>",
            "".join(f"<p>{html.escape(fact)}</p>" for fact in self.facts),
            *(_scene(scene) for scene in self.scenes),
            *(f"<h2>{html.escape(title)}</h2><pre>{html.escape(text)}</pre>" for title, text in self.texts),
        ]
        path = self.folder / "index.html"
        path.write_text("".join(parts), encoding="utf-8")
        return path


def _scene(scene: Scene) -> str:
    checks = "".join(
        f'<li class="{"held" if check.held else "broken"}">{html.escape(check.promise)}'
        f"{html.escape(' — ' + check.seen if check.seen else '')}</li>"
        for check in scene.checks
    )
    figures = "".join(_figure(path, caption) for path, caption in [*scene.pictures, *scene.papers])
    return (
        f"<h2>{html.escape(scene.title)}</h2><p>{html.escape(scene.story)}</p>"
        f'<ul>{checks}</ul><div class="row">{figures}</div>'
    )


def _figure(path: str, caption: str) -> str:
    link = html.escape(path)
    image = link if path.endswith(".png") else ""
    body = f'<img src="{image}" loading="lazy" alt="">' if image else f"<p>{html.escape(Path(path).name)}</p>"
    return f'<figure><a href="{link}">{body}</a><figcaption>{html.escape(caption)}</figcaption></figure>'

"""The commented template of a new service: what must be said, in the order in which a writer thinks.

Not responsible for writing files (catalogue_tools). The brackets are no valid content: the linter finds each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = '{ zh-Hans = "【】", zh-Hant = "【】", en = "【】" }'
_HEAD = """#:schema ../../schema/service.schema.json
# 【name】: one line on what it is, and what in it is evidenced and what is a demonstration (演示).
# How to write it: docs/add-a-service.md and docs/writing-services.md. Words in 【 】 are for you to replace.
id = "{service}"
# The number in the list of 148 services; leave it out for one that is not in it.
no = 0
# Count it up with every change of meaning.
version = 1
use = "{shape}"
# The name as people call it, at most 15 signs.
title = {text}
# One line for the menu.
summary = {text}
# For somebody who has never heard of it: short words, no office language, at most 60 signs.
plain = {text}
# A picture of ui/icons/, without .svg.
icon = "file-text"
department = "{department}"
# Life events of codes/groups.toml and people of codes/audiences.toml.
groups = []
audiences = ["person"]
# Kinds of site where it stands in front: street, bank, hall.
hot = []
# What one gets, and who may come.
result = {text}
accept_condition = {text}
# Words people use for it; the search finds them.
popular_terms = []
# Only when every statement below is evidenced by `sources`: demo = false, and [[by_law]] filled in.
demo = true

# [[by_law]]            # 设定依据: never from memory; read it, then cite it
# name = {text}
# number = ""
# article = ""
# source = ""

# [[materials]]         # one for each paper; an e-licence may stand for it (codes/licences.toml)
# id = ""
# name = {text}
# licences = []
"""
_FOOT = """
# The service's own questions. They stand where the shape has its slot "questions".
# [[steps]]
# kind = "question"
# id = "what"
# ask = "choice"       # choice choices date month period months text latin number phone address id_number account
#                      # plate person company
# name = "@step_ask"
# label = {text}
# title = {text}
# options = []

# [[faq]]
# question = {text}
# answer = {text}

[[sources]]
what = "【what was read there】"
where = "【address or document】"
seen = "【YYYY-MM-DD】"
"""


def template_of(service: str, shape: str, fragment: Mapping[str, Any]) -> str:
    """The template of a service on a shape, with the shape's parameters and what each is for."""
    head = _HEAD.format(service=service, shape=shape, department=service.split("/")[0], text=_TEXT)
    lines = ["", f"# {fragment.get('about', '')}", "[with]"]
    for name, spec in fragment.get("parameters", {}).items():
        off = "# " if "default" in spec or spec.get("optional") else ""
        lines += [f"# {spec['about']}", f'{off}{name} = "【】"']
    return head + "\n".join(lines) + "\n" + _FOOT.format(text=_TEXT)

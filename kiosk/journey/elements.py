"""The national name of each field of a service (GB/T 39554, column of the implementation list), and a JSON Schema.

The schema is for editors: completion, and red lines before the linter runs. It is generated from the types, so the
two cannot differ. Not responsible for judging (kiosk.journey.lint).
"""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any

import msgspec

from kiosk.journey.model import STEP_TYPES, Service, Step, Text

NATIONAL: dict[str, str] = {
    "title": "事项名称 TASK_NAME",
    "task_type": "事项类型 TASK_TYPE",
    "handle_type": "办理类型 handleType",
    "version": "事项版本 TASK_VERSION",
    "by_law": "设定依据 BY_LAW",
    "use_level": "行使层级 USE_LEVEL",
    "dept_name": "实施主体 dept_name",
    "entrust_name": "委托部门 ENTRUST_NAME",
    "terms": "法定办结时限 ANTICIPATE_DAY, ANTICIPATE_TYPE, ANTICIPATE_EXPLAIN",
    "promise_days": "承诺办结时限 PROMISE_DAY",
    "accept_condition": "受理条件 ACCEPT_CONDITION",
    "audiences": "服务对象 SERVER_TYPE",
    "project_type": "办件类型 PROJECT_TYPE (1 即办件, 2 承诺件)",
    "visits": "到办事现场次数 LIMIT_SCENE_NUM",
    "visit_reason": "必须现场办理原因说明 LIMIT_SCENE_EXPLAIN",
    "is_fee": "是否收费 IS_FEE",
    "fees": "收费项目 FEE_NAME, FEE_STAND, BY_LAW",
    "online_depth": "网上办理深度 ONLINE_HANDLE_DEPTH",
    "mail_result": "结果邮寄 IS_MAIL_RESULT",
    "contact": "咨询方式 LINK_WAY, 监督投诉方式 SUPERVISE_WAY",
    "result": "审批结果名称 RESULT_NAME",
    "result_kind": "审批结果类型 RESULT_TYPE",
    "groups": "自然人主题 USER_TOPIC_TYPE",
    "appeal": "行政复议与诉讼 ADMINISTRATIVE_REVIEW, ADMINISTRATIVE_LITIGATION",
    "valid_from": "计划生效日期 PLAN_EFFECTIVE_DATE",
    "valid_to": "计划取消日期 PLAN_CANCEL_DATE",
    "popular_terms": "日常用语 popularTerms, 搜索关键词 searchKeywords",
    "materials": "申请材料 MATERIAL",
    "faq": "常见问题 QUESTION, ANSWER",
    "identity": "身份认证方式 identityAuthType",
    "factors": "身份认证项 identityAuthItem",
    "needs": "硬件模块 hardwareModule",
    "offline": "网络策略 networkPolicy",
    "codes": "基本编码 CATALOG_CODE, 实施编码 TASK_CODE, 业务办理项编码 TASK_HANDLE_ITEM, 主体编码 DEPT_CODE",
    "districts_differ": "各区差异",
    "no": "the number in the list of 148 services",
}
_PHRASE = {"type": "string", "pattern": r"^[@$][a-z][a-z0-9_]*$"}
_ALWAYS = ("id", "version", "title", "summary", "plain", "icon", "department", "groups", "result", "accept_condition")


def schema() -> dict[str, Any]:
    """The JSON Schema of a service's file."""
    definitions: dict[str, Any] = {}
    root = dict(_object(Service, definitions))
    properties = dict(root["properties"])
    for name, said in NATIONAL.items():
        properties[name] = {**properties[name], "description": said}
    properties["use"] = {"type": "string", "description": "a shape of services/shared/"}
    properties["with"] = {"type": "object", "description": "the parameters of the shape"}
    used = {
        "type": "object",
        "required": ["use"],
        "properties": {"use": {"type": "string", "description": "a fragment of services/shared/"}},
    }
    properties["steps"] = {"type": "array", "items": {"anyOf": [used, *_steps(definitions)]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A service of the terminal",
        **root,
        "required": [*_ALWAYS, "sources"],
        "properties": properties,
        "$defs": definitions,
    }


def _steps(definitions: dict[str, Any]) -> list[dict[str, Any]]:
    return [_step(kind, step, definitions) for kind, step in STEP_TYPES.items()]


def _step(kind: str, step: type[Step], definitions: dict[str, Any]) -> dict[str, Any]:
    name = step.__name__
    made = _object(step, definitions)
    extra = {"kind": {"const": kind}, "slot": {"type": "string", "description": "the slot of the shape it belongs in"}}
    definitions[name] = {**made, "required": ["kind", *made["required"]], "properties": {**extra, **made["properties"]}}
    return {"$ref": f"#/$defs/{name}"}


def _object(kind: type[msgspec.Struct], definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    return {
        "type": "object",
        "description": (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " "),
        "additionalProperties": False,
        "required": [field.encode_name for field in fields if field.required],
        "properties": {field.encode_name: _of(hints[field.name], definitions) for field in fields},
    }


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint is Text:
        definitions.setdefault("Text", _object(Text, definitions))
        return {"anyOf": [{"$ref": "#/$defs/Text"}, _PHRASE]}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return {"type": "array", "items": _of(inner[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(inner[1], definitions)}
    if origin is typing.Literal:
        return {"enum": [*inner]}
    if origin is types.UnionType:
        known = [part for part in inner if part is not type(None)]
        return _of(known[0], definitions) if len(known) == 1 else {}
    return {"type": {str: "string", int: "integer", bool: "boolean"}[hint]}

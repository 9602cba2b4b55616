"""librime's C interface through ctypes: keys in, candidates out.

Knows the layout of `rime_api.h` (1.8.5; later versions only append, and say how far by `data_size`). Runs in
the input process only (ui.keyboard.rime_host); not responsible for the line to the keyboard, nor for files.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_void_p, sizeof
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIBRARY = "librime.so.1"
BACKSPACE = 0xFF08  # X11/keysymdef.h: the key codes that librime speaks
_FATAL_ONLY = 3  # glog severity


class RimeUnavailable(Exception):
    """librime or a schema is not there, or is of a kind that we do not know. The text says which."""


class _Traits(Structure):
    _fields_ = [
        ("data_size", c_int),
        ("shared_data_dir", c_char_p),
        ("user_data_dir", c_char_p),
        ("distribution_name", c_char_p),
        ("distribution_code_name", c_char_p),
        ("distribution_version", c_char_p),
        ("app_name", c_char_p),
        ("modules", POINTER(c_char_p)),
        ("min_log_level", c_int),
        ("log_dir", c_char_p),
        ("prebuilt_data_dir", c_char_p),
        ("staging_dir", c_char_p),
    ]


class _Candidate(Structure):
    _fields_ = [("text", c_char_p), ("comment", c_char_p), ("reserved", c_void_p)]


class _Composition(Structure):
    _fields_ = [
        ("length", c_int),
        ("cursor_pos", c_int),
        ("sel_start", c_int),
        ("sel_end", c_int),
        ("preedit", c_char_p),
    ]


class _Menu(Structure):
    _fields_ = [
        ("page_size", c_int),
        ("page_no", c_int),
        ("is_last_page", c_int),
        ("highlighted_candidate_index", c_int),
        ("num_candidates", c_int),
        ("candidates", POINTER(_Candidate)),
        ("select_keys", c_char_p),
    ]


class _Context(Structure):
    _fields_ = [
        ("data_size", c_int),
        ("composition", _Composition),
        ("menu", _Menu),
        ("commit_text_preview", c_char_p),
        ("select_labels", POINTER(c_char_p)),
    ]


class _Commit(Structure):
    _fields_ = [("data_size", c_int), ("text", c_char_p)]


class _Iterator(Structure):
    _fields_ = [("ptr", c_void_p), ("index", c_int), ("candidate", _Candidate)]


# The functions of RimeApi in their order, as far as we need them (rime_api.h, `struct rime_api_t`).
_HEADER = """
setup set_notification_handler initialize finalize
start_maintenance is_maintenance_mode join_maintenance_thread
deployer_initialize prebuild deploy deploy_schema deploy_config_file sync_user_data
create_session find_session destroy_session cleanup_stale_sessions cleanup_all_sessions
process_key commit_composition clear_composition
get_commit free_commit get_context free_context get_status free_status
set_option get_option set_property get_property get_schema_list free_schema_list
get_current_schema select_schema
schema_open config_open config_close config_get_bool config_get_int config_get_double config_get_string
config_get_cstring config_update_signature config_begin_map config_next config_end
simulate_key_sequence register_module find_module run_task
get_shared_data_dir get_user_data_dir get_sync_dir get_user_id get_user_data_sync_dir
config_init config_load_string config_set_bool config_set_int config_set_double config_set_string
config_get_item config_set_item config_clear config_create_list config_create_map config_list_size
config_begin_list get_input get_caret_pos select_candidate get_version set_caret_pos
select_candidate_on_current_page candidate_list_begin candidate_list_next candidate_list_end
user_config_open candidate_list_from_index
"""
_ORDER = _HEADER.split()

_Session = c_size_t  # RimeSessionId is uintptr_t
_TYPES: dict[str, tuple[Any, ...]] = {  # result, arguments
    "setup": (None, POINTER(_Traits)),
    "initialize": (None, POINTER(_Traits)),
    "create_session": (_Session,),
    "destroy_session": (c_int, _Session),
    "process_key": (c_int, _Session, c_int, c_int),
    "clear_composition": (None, _Session),
    "get_commit": (c_int, _Session, POINTER(_Commit)),
    "free_commit": (c_int, POINTER(_Commit)),
    "get_context": (c_int, _Session, POINTER(_Context)),
    "free_context": (c_int, POINTER(_Context)),
    "select_schema": (c_int, _Session, c_char_p),
    "select_candidate": (c_int, _Session, c_size_t),
    "get_version": (c_char_p,),
    "candidate_list_next": (c_int, POINTER(_Iterator)),
    "candidate_list_end": (None, POINTER(_Iterator)),
    "candidate_list_from_index": (c_int, _Session, POINTER(_Iterator), c_int),
}
_API_BYTES = sizeof(c_void_p) * (1 + len(_ORDER))  # data_size is padded to the width of a pointer


@dataclass(frozen=True)
class Folders:
    """Where librime reads and may write: Debian's data, our schemas, and the folder that is thrown away."""

    shared: Path
    schemas: Path
    user: Path


class Librime:
    """One input session of librime. Strings are text, indexes count from 0 over all candidates."""

    def __init__(self, folders: Folders, library: str = LIBRARY) -> None:
        """Load the library and start it. It never deploys: schemas are read as they are, tables prebuilt."""
        self._call = _load(library)
        self._schemas = folders.schemas
        self._traits = _traits(folders)
        self._call["setup"](byref(self._traits))
        self._call["initialize"](byref(self._traits))
        self.version: str = self._call["get_version"]().decode()
        self._session = self._call["create_session"]()
        if not self._session:
            raise RimeUnavailable("librime gives no session")
        self.schema = ""

    def select_schema(self, schema: str) -> None:
        """Use `schema`; what was being composed is dropped."""
        if schema != self.schema:
            # librime takes any name and then knows no key, so we look for the file ourselves.
            known = (self._schemas / f"{schema}.schema.yaml").is_file()
            if not known or not self._call["select_schema"](self._session, schema.encode()):
                raise RimeUnavailable(f"librime does not have the schema {schema}")
            self.schema = schema

    def clear(self) -> None:
        """Drop what is being composed."""
        self._call["clear_composition"](self._session)

    def press(self, key: int) -> bool:
        """One key, by its X11 code. False when librime has no use for it."""
        return bool(self._call["process_key"](self._session, key, 0))

    def pick(self, index: int) -> bool:
        """Take the candidate at `index`, counted from 0 over all pages."""
        return bool(self._call["select_candidate"](self._session, index))

    def take_commit(self) -> str:
        """The text that is finished, once."""
        commit = _Commit(data_size=_size_after_first(_Commit))
        if not self._call["get_commit"](self._session, byref(commit)):
            return ""
        text = (commit.text or b"").decode("utf-8", "replace")
        self._call["free_commit"](byref(commit))
        return text

    def preedit(self) -> str:
        """What is being composed, as librime shows it: syllables apart, or strokes."""
        context = _Context(data_size=_size_after_first(_Context))
        if not self._call["get_context"](self._session, byref(context)):
            return ""
        text = (context.composition.preedit or b"").decode("utf-8", "replace")
        self._call["free_context"](byref(context))
        return text

    def candidates(self, first: int, count: int) -> list[str]:
        """Up to `count` texts to choose from, from index `first` on."""
        found: list[str] = []
        at = _Iterator()
        if not self._call["candidate_list_from_index"](self._session, byref(at), first):
            return found
        while len(found) < count and self._call["candidate_list_next"](byref(at)):
            found.append((at.candidate.text or b"").decode("utf-8", "replace"))
        self._call["candidate_list_end"](byref(at))
        return found


def _size_after_first(structure: type[Structure]) -> int:
    """librime's own measure of a versioned structure: its size without the size field itself."""
    return sizeof(structure) - sizeof(c_int)


def _traits(folders: Folders) -> _Traits:
    return _Traits(
        data_size=_size_after_first(_Traits),
        shared_data_dir=bytes(folders.shared),
        user_data_dir=bytes(folders.user),
        distribution_name=b"Doorstep",
        distribution_code_name=b"doorstep",
        distribution_version=b"1",
        app_name=b"rime.doorstep",
        min_log_level=_FATAL_ONLY,
        log_dir=b"",  # no log files
        prebuilt_data_dir=bytes(folders.shared / "build"),
        staging_dir=bytes(folders.schemas),
    )


def _load(library: str) -> dict[str, Any]:
    try:
        shared = ctypes.CDLL(library)
    except OSError as error:
        raise RimeUnavailable(f"{library} cannot be loaded: {error}") from error
    entry = shared.rime_get_api
    entry.restype = c_void_p
    address = entry()
    size = c_int.from_address(address).value
    if size + sizeof(c_int) < _API_BYTES:
        raise RimeUnavailable(f"{library} is too old: its interface has {size} bytes, ours {_API_BYTES}")
    slots = (c_void_p * (1 + len(_ORDER))).from_address(address)
    calls: dict[str, Any] = {}
    for at, name in enumerate(_ORDER, start=1):
        if name in _TYPES and slots[at]:
            calls[name] = ctypes.CFUNCTYPE(*_TYPES[name])(slots[at] or 0)
    if missing := _TYPES.keys() - calls.keys():
        raise RimeUnavailable(f"{library} lacks {', '.join(sorted(missing))}")
    return calls

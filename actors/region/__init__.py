"""A region's folder becomes rows of the register: all of it, or nothing when a row is wrong.

Apps above bring their own tables and rows: they `register` a `Table` (how a file is read) and a `Kind` (how its rows
become rows of the database) when they are ready.
"""

from actors.region import folder as _folder
from actors.region import kinds as _kinds
from actors.region.files import FolderError
from actors.region.folder import Folder, Table, read_folder
from actors.region.kinds import Kind, Links
from actors.region.loading import Report, load

__all__ = ["Folder", "FolderError", "Kind", "Links", "Report", "Table", "load", "read_folder", "register"]


def register(table, kind):
    """Read `table` with every folder, and load its rows as `kind` after those of the apps below."""
    _folder.register(table)
    _kinds.register(kind)

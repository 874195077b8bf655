"""A region's folder becomes rows of the register: all of it, or nothing when a row is wrong."""

from actors.region.files import FolderError
from actors.region.folder import Folder, read_folder
from actors.region.loading import Report, load

__all__ = ["Folder", "FolderError", "Report", "load", "read_folder"]

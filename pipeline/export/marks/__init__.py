"""Reviewed codes as marks on texts, for annotation tools and for training elsewhere."""

from collections.abc import Callable, Mapping

from pipeline.export.marks.writers import (
    Job,
    write_displacy,
    write_docbin,
    write_doccano,
    write_labelstudio,
    write_prodigy,
    write_taguette,
    write_webannotation,
)

MARKERS: Mapping[str, Callable[[Job], Mapping[str, bytes]]] = {
    "taguette": write_taguette,
    "doccano": write_doccano,
    "prodigy": write_prodigy,
    "labelstudio": write_labelstudio,
    "webannotation": write_webannotation,
    "docbin": write_docbin,
    "displacy": write_displacy,
}

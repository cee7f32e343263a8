"""Our own table of elements says of any file what the schema says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.exchange.refi.structure import CODEBOOK, PROJECT, RULES, is_form, structure_problems

XSD = "{http://www.w3.org/2001/XMLSchema}"
SLACK = settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
SWAPS = (
    "",
    " ",
    "x",
    "12",
    "-3",
    "1.5",
    "true",
    "2024-02-30",
    "2024-05-01T09:00:00Z",
    "#0aF",
    "Text",
)


@pytest.fixture(scope="session")
def tree(shared: Path, xml_of: Callable[[bytes], bytes]) -> bytes:
    """Return a valid project with nearly every element."""
    return xml_of((shared / "probes" / "a_plain.qdpx").read_bytes())


def test_the_table_names_all_elements_of_the_schema(shared: Path) -> None:
    """No element of the schemas is missing, none is made up, with the same attributes."""
    for namespace, name in ((PROJECT, "Project.xsd"), (CODEBOOK, "Codebook.xsd")):
        root = etree.parse(str(shared / name)).getroot()
        types = {kind.get("name"): kind for kind in root.iter(f"{XSD}complexType")}
        for element in root.iter(f"{XSD}element"):
            kind = types.get(element.get("type"))
            if kind is None:
                continue
            rule = RULES[namespace][str(element.get("name"))]
            attributes = list(kind.iter(f"{XSD}attribute"))
            assert {str(a.get("name")) for a in attributes} == set(rule.attributes)
            required = {str(a.get("name")) for a in attributes if a.get("use") == "required"}
            assert required == rule.required


@SLACK
@given(st.data())
def test_a_change_is_allowed_by_both_or_by_neither(
    tree: bytes, schema: etree.XMLSchema, data: st.DataObject
) -> None:
    """Elements moved, doubled, dropped or renamed, attributes dropped or changed: one verdict."""
    root = etree.fromstring(tree)
    items = list(root.iter(etree.Element))
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data.draw(st.sampled_from(items)), items, data)

    root = etree.fromstring(etree.tostring(root))  # as a reader would find it
    assert schema.validate(root) is (not list(structure_problems(root))), etree.tostring(root)


def spoil(element: etree._Element, items: list[etree._Element], data: st.DataObject) -> None:
    """Change one element in one way."""
    parent = element.getparent()
    how = data.draw(st.sampled_from(("drop", "double", "move", "rename", "cut", "set", "say")))
    if parent is None or how == "set":
        name = data.draw(st.sampled_from(("guid", "name", "color", "isCodable", "odd", "page")))
        element.set(name, data.draw(st.sampled_from(SWAPS)))
    elif how == "drop":
        parent.remove(element)
    elif how in {"double", "move"}:
        target = parent if how == "double" else data.draw(st.sampled_from(items))
        copy = etree.fromstring(etree.tostring(element, with_tail=False))
        target.insert(data.draw(st.integers(0, len(target))), copy)
    elif how == "rename":
        element.tag = data.draw(st.sampled_from([item.tag for item in items]))
    elif how == "cut" and element.attrib:
        del element.attrib[data.draw(st.sampled_from(sorted(map(str, element.attrib))))]
    else:
        element.text = data.draw(st.sampled_from(SWAPS))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", "2024-02-29", "2023-02-29"),
        ("date", "2024-01-01Z", "24-01-01"),
        ("dateTime", "2024-05-01T09:00:00.123+02:00", "2024-05-01 09:00:00"),
        ("decimal", "-.5", "1e3"),
        ("integer", "+007", "1.0"),
        ("boolean", "1", "yes"),
        ("guid", "{0123ABCD-0123-abcd-0123-0123456789ab}", "0123"),
        ("rgb", "#abc", "#abcd"),
    ],
)
def test_values_have_a_form(kind: str, good: str, bad: str) -> None:
    """A value is of its kind or is refused; days that are in no calendar are."""
    assert is_form(kind, good)
    assert not is_form(kind, bad)

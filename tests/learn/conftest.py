"""A small invented project: short talk about weather and food, and a codebook for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline.core.codebook import Codebook, parse_codebook
from pipeline.learn.words import Array

BOOK = """
codebook: small
version: 1.0.0
codes:
  - id: weather
    name: Weather
    codable: false
    codes:
      - id: rain
        name: Rain
        definition: Someone speaks of rain or of getting wet.
        indicators: [it rained, soaked to the skin]
        examples: [It poured all night and the garden was under water.]
        codes:
          - id: flood
            name: Flood
            definition: Water stands where it should not.
            examples: [The cellar was flooded again.]
      - id: sun
        name: Sun
        definition: Someone speaks of the sun or of heat.
        examples: [The sun was so hot that we sat in the shade.]
  - id: food
    name: Food
    definition: Someone speaks of eating or cooking.
    indicators: [we ate, cooked a meal]
    examples: [We cooked soup and ate bread.]
    roles: [participant]
"""
TALK = {
    "weather.rain": ["it rained all day", "we got soaked in the rain", "so much rain this week"],
    "weather.rain.flood": [
        "the cellar was flooded",
        "water stood in the kitchen",
        "the flood came",
    ],
    "weather.sun": ["the sun was hot", "we sat in the shade", "such heat in the sun"],
    "food": ["we ate bread", "she cooked soup", "a meal with friends"],
    "": ["and then we went home", "I do not remember", "well, yes"],
}
CODES = ("weather.rain", "weather.rain.flood", "weather.sun", "food")

Project = tuple[pd.DataFrame, Array]


@pytest.fixture
def codebook() -> Codebook:
    """Return the codebook: three codes on weather, one inside another, and one on food."""
    return parse_codebook(BOOK)


def make_project(n_transcripts: int = 12, seed: int = 0) -> Project:
    """Return segments of invented talk and what is true of them; a parent is left to its child."""
    draw = np.random.default_rng(seed)
    rows, truth = [], []
    for transcript in range(n_transcripts):
        for turn in range(10):
            code = str(draw.choice(list(TALK)))
            text = f"{draw.choice(TALK[code])} {draw.choice(['really', 'you see', 'at home', ''])}"
            rows.append((f"t{transcript:02}", turn, "participant", text.strip()))
            truth.append([float(code == path) for path in CODES])
    return pd.DataFrame(rows, columns=["transcript_id", "turn", "role", "text"]), np.array(truth)


@pytest.fixture
def project() -> Callable[..., Project]:
    """Return the maker of projects."""
    return make_project

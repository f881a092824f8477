"""What open slots wait for: what was kept in English is known again."""

import pytest

from app.domain.brackets.place_labels import label, read_label
from app.domain.words import Words


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"rank": 1, "group": "A"}, "1st of group A"),
        ({"rank": 2, "group": "Coast"}, "2nd of Coast"),
        ({"rank": 4, "group": ""}, "4th of the table"),
        ({"rank": 3, "group": "", "best": 2}, "No. 2 of the 3rd-placed"),
    ],
)
def test_a_label_is_read_as_it_was_made(source, text):
    made, read = label(source), read_label(text)
    assert made == read == text
    assert (read.sentence, set(read.values)) == (made.sentence, set(made.values))
    assert isinstance(read.values["rank"], Words)


@pytest.mark.parametrize(
    "text",
    ["Winner of match 74", "Runner-up of group C", "Third of groups A/B/C", "Seed 16", "To be decided"],
)
def test_labels_of_files_are_known(text):
    assert read_label(text) == text and isinstance(read_label(text), Words)


@pytest.mark.parametrize(
    "text",
    ["", "Whoever comes", "Winner of match X", "1st of", "21st of group A", "02nd of group A", "Seed ٣"],
)
def test_other_labels_stay_as_they_are(text):
    assert read_label(text) is text

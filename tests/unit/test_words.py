"""Sentences that can be said in other languages are English texts, whatever is done with them."""

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.words import Words, say, say_all, say_list, say_n

texts = st.text(max_size=20)
numbers = st.integers(0, 10**6)
names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=6).filter(lambda name: name != "num")
fillings = st.dictionaries(names, texts | st.integers() | texts.map(say), min_size=1, max_size=4)


@st.composite
def written(draw, values):
    """A sentence with a place for each of the values, and what it says once they are in it."""
    sentence, said = "", ""
    for name, value in values.items():
        before = draw(texts)
        sentence += f"{before.replace('%', '%%')}%({name})s"
        said += f"{before}{value}"
    after = draw(texts)
    return sentence + after.replace("%", "%%"), said + after


@st.composite
def filled(draw):
    """`(sentence, values, what it says)`."""
    values = draw(fillings)
    return draw(written(values)), values


@st.composite
def words(draw):
    """Words of any kind."""
    (sentence, _), values = draw(filled())
    return draw(
        st.sampled_from(
            [
                say(sentence, **values),
                say(draw(texts)),
                say("%(inner)s", inner=say(sentence, **values)),
                say_n(draw(numbers), "%(num)s match", "%(num)s matches"),
                say_all([say(sentence, **values), draw(texts)]),
                say_list([draw(texts), say(sentence, **values)]),
                say("%(first)s and %%(last)s", first=1) % {"last": draw(texts)},
            ]
        )
    )


def made_of(text):
    """Everything that a text of this kind remembers."""
    return type(text), str(text), text.sentence, text.plural, text.values, text.parts


@given(texts)
def test_a_sentence_without_values_is_itself_percent_signs_and_all(sentence):
    said = say(sentence)
    assert said == sentence
    assert (said.sentence, said.values) == (sentence, {})


@given(filled())
def test_a_sentence_with_values_says_them_and_keeps_them(case):
    (sentence, wanted), values = case
    said = say(sentence, **values)
    assert said == wanted
    assert isinstance(said, str)
    assert (said.sentence, said.values) == (sentence, values)


@given(filled(), texts)
def test_words_within_words_are_kept_as_words(case, text):
    (sentence, wanted), values = case
    inner = say(sentence, **values)
    outer = say("%(what)s, so nothing changed. %(percent)s", what=inner, percent=text)
    assert outer == f"{wanted}, so nothing changed. {text}"
    assert outer.values["what"] is inner


@given(numbers, texts)
def test_a_number_decides_the_sentence_and_stays(num, name):
    said = say_n(num, "%(num)s match of %(name)s", "%(num)s matches of %(name)s", name=name)
    assert said == f"{num} {'match' if num == 1 else 'matches'} of {name}"
    assert (said.sentence, said.plural) == ("%(num)s match of %(name)s", "%(num)s matches of %(name)s")
    assert said.values == {"num": num, "name": name}


@given(st.lists(texts | words()))
def test_texts_in_a_row_stay_apart(parts):
    row = say_all(parts)
    assert row == " ".join(parts)
    assert [(type(part), part) for part in row.parts] == [(type(part), part) for part in parts]


@given(st.lists(texts | words(), min_size=1, max_size=6))
def test_a_list_has_commas(parts):
    assert say_list(parts) == ", ".join(parts)


def test_a_list_keeps_its_words():
    first, second = say("one"), say("two")
    listed = say_list([first, second])
    assert listed.values["second"] is second
    assert listed.values["first"] is first
    assert type(say_list(["one"])) is Words


@given(st.integers(), texts.filter(lambda text: "%" not in text))
def test_what_is_filled_in_later_is_kept_too(number, text):
    said = say(f"At most %(max)d characters{text}") % {"max": number}
    assert said == f"At most {number} characters{text}"
    assert (type(said), said.values) == (Words, {"max": number})


@given(words())
def test_words_are_the_same_as_their_text(said):
    plain = str(said)
    assert type(plain) is str
    assert said == plain
    assert hash(said) == hash(plain)
    assert {plain: 1}[said] == 1
    assert sorted([said, plain]) == [plain, plain]
    assert json.dumps({said: [said]}) == json.dumps({plain: [plain]})


@given(words())
def test_a_copy_knows_how_it_was_made(said):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert made_of(pickle.loads(pickle.dumps(said, protocol))) == made_of(said)
    assert made_of(copy.copy(said)) == made_of(said)
    assert made_of(copy.deepcopy(said)) == made_of(said)


@given(words())
def test_what_is_cut_or_joined_is_a_plain_text(said):
    for plain in (
        said + "",
        "" + said,
        said[:1],
        said.strip(),
        " ".join(2 * [said]),
        f"{said}",
        said.upper(),
    ):
        assert type(plain) is str


@pytest.mark.parametrize("sentence", ["%(name)s", "%(name)s is 100 %% there"])
def test_a_value_that_is_missing_is_noticed(sentence):
    with pytest.raises(KeyError):
        say(sentence, other=1)

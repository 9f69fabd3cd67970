"""The articles that the program brings say what is so: their commands exist, their texts are whole in each language."""

import re
from collections import Counter
from itertools import pairwise

import click
import pytest
from django.urls import resolve

from comity.cli.main import comity
from comity.core.articles import LANGUAGES, find_faults
from comity.core.techniques import BY_ID, TECHNIQUES
from comity.edges.starter_articles import StarterArticle, load_starter_articles

ARTICLES = load_starter_articles()
IN_ALL = {"phishing-hacked-cms", "appeal", "evidence"}
SPAN = re.compile(r"`([^`\n]+)`")


def test_there_are_twelve_each_in_english_and_russian_and_three_in_all_languages() -> None:
    assert len(ARTICLES) == 12
    for article in ARTICLES:
        languages = {text.words.language for text in article.texts}
        assert languages == (set(LANGUAGES) if article.name in IN_ALL else {"en", "ru"}), article.name
        assert {text.translates for text in article.texts if text.words.language != "en"} == {1}


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.name)
def test_each_text_has_every_part_of_the_original(article: StarterArticle) -> None:
    """The same headings, table rows, numbered steps, boxes and commands: a translation that lost one would mislead."""
    shapes = {}
    for text in article.texts:
        assert find_faults(article.tags, text.words) == ()
        body = text.words.body
        commands = sorted(span for span in SPAN.findall(body) if span.startswith("comity "))
        shapes[text.words.language] = (
            Counter(re.findall(r"^(## |\| |\d\. |- \[ \] |- )", body, re.MULTILINE)),
            [re.sub(r'"[^"]*"', '""', command) for command in commands],
        )
    assert {language: shape for language, shape in shapes.items() if shape != shapes["en"]} == {}
    assert 500 <= len(article.texts[0].words.body.split()) <= 900


def test_every_command_that_is_named_is_one() -> None:
    named = {span for one in ARTICLES for text in one.texts for span in SPAN.findall(text.words.body)}
    commands = {span for span in named if span.startswith("comity ")}
    assert len(commands) > 20
    for line in commands:
        words = line.split()[1:]
        command: click.Command | None = comity
        while isinstance(command, click.Group) and words:
            command = command.get_command(click.Context(command), words.pop(0))
        assert command is not None, line
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if re.fullmatch(r"--[a-z-]+|-[a-z]", word)} <= known, line
        choices = {
            parameter.opts[0]: parameter.type.choices
            for parameter in command.params
            if isinstance(parameter.type, click.Choice)
        }
        for option, value in pairwise(words):
            assert value in choices.get(option, [value]), line


def test_every_page_that_is_named_is_one() -> None:
    pages = {
        span for one in ARTICLES for text in one.texts for span in SPAN.findall(text.words.body)
        if re.fullmatch(r"/[a-z-]+/", span)
    }  # fmt: skip
    assert pages == {"/held/"}
    assert all(resolve(page) for page in pages)


def test_the_techniques_are_the_21_of_the_matrix_in_five_languages() -> None:
    assert len(TECHNIQUES) == len(BY_ID) == 21
    for language in LANGUAGES:
        names = [technique.name(language) for technique in TECHNIQUES]
        assert len(set(names)) == 21, language
        assert all(names)
    assert BY_ID["fast-flux"].name("tlh") == "Fast flux"

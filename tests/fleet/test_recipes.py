"""All replicas make the same world of a recipe, whatever they made before, and copies share."""

import pytest

from statuspool_mock import scenarios
from statuspool_mock.fleet.recipes import RecipeBook
from statuspool_mock.scenarios.world_factory import ClockChoice, WorldFactory
from statuspool_mock.simulation import Team, finish

HOUR = 3_600


@pytest.fixture
def book():
    """Return books as replicas have them that joined one after another."""
    first = new_book()

    def another():
        book = new_book()
        book.begin(first.began)
        return book

    return another


def new_book():
    scenario = scenarios.load("default")
    return RecipeBook(WorldFactory(scenario, seed=1, clock=ClockChoice(rate=1.0)))


def made(book, at):
    return finish(book.making(book.new()._replace(at=at))).world


def test_a_replica_that_made_newer_worlds_makes_the_same_of_an_older_recipe(book):
    one, other = book(), book()
    older, newer = one.began + HOUR, one.began + 5 * HOUR
    straight = made(one, older).image()
    made(other, newer)
    assert made(other, older).image() == straight
    assert made(other, newer + HOUR).image() == made(one, newer + HOUR).image()


def test_worlds_of_a_replica_share_what_is_the_same(book):
    one = book()
    worlds = [made(one, one.began + hours * HOUR) for hours in (1, 2)]
    shared = [{id(each) for each in world.monitors(team=Team.OWN)} for world in worlds]
    assert shared[0] & shared[1]

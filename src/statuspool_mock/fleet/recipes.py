"""New worlds as recipes: what they are made from, instead of all that they hold."""

import hashlib
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from statuspool_mock.sandbox import InitialWorld, WorldDamaged
from statuspool_mock.scenarios.world_factory import WorldFactory

if TYPE_CHECKING:
    from statuspool_mock.simulation import Steps, World

_FORM = "1"
_MOST_PASTS = 4


class Recipe(NamedTuple):
    """What a new world was made from. Times are in seconds since 1970."""

    digest: str
    began: int
    """When the past of all new worlds of the fleet ends."""
    at: int
    """The instant of the new world."""
    made: float
    """When it was made, on the clock of the replica that made it."""

    @classmethod
    def of(cls, text: str) -> "Recipe":
        """Return the recipe that a text stands for. Raises `WorldDamaged`."""
        try:
            form, digest, began, at, made = text.split()
            if form == _FORM:
                return cls(digest, int(began), int(at), float(made))
        except ValueError:
            pass
        raise WorldDamaged(f"this release cannot read its recipe, {text[:100]!r}")

    @property
    def text(self) -> str:
        """The recipe as it is stored."""
        return f"{_FORM} {self.digest} {self.began} {self.at} {self.made:.6f}"


class _Past(NamedTuple):
    """Worlds to copy: as they began, and as they were when the newest one was made."""

    oldest: "World"
    newest: "World"


class RecipeBook:
    """Makes the new worlds of a fleet. All replicas make the same world of a recipe."""

    def __init__(self, factory: WorldFactory) -> None:
        self._factory = factory
        self._began = factory.begins_at()
        self._pasts: OrderedDict[int, _Past] = OrderedDict()
        self.digest = hashlib.sha256(repr(factory.ingredients).encode()).hexdigest()[:32]
        """Stands for scenario, seed and clock."""

    @property
    def began(self) -> int:
        """When the past of new worlds ends."""
        return self._began

    def begin(self, began: int) -> None:
        """Let the past of new worlds end when that of the fleet does."""
        self._began = began

    def new(self) -> Recipe:
        """Return the recipe of a world that is made now."""
        at = max(self._factory.begins_at(), self._began)
        return Recipe(self.digest, self._began, at, time.time())

    def making(self, recipe: Recipe) -> "Steps[InitialWorld]":
        """Return a world as it was when its recipe was written. Raises `WorldDamaged`."""
        if recipe.digest != self.digest:
            raise WorldDamaged("it was made from another scenario, seed or clock")
        past = self._past(recipe.began)
        if past.newest.now <= recipe.at:
            past.newest.advance(to=recipe.at)
            return InitialWorld(past.newest.clone(), self._factory.rate)
        world = past.oldest.clone()
        yield from world.advancing(to=recipe.at)
        return InitialWorld(world, self._factory.rate)

    def _past(self, began: int) -> "_Past":
        past = self._pasts.get(began)
        if past is None:
            world = self._factory.past(began)
            past = self._pasts[began] = _Past(world, world.clone())
            if len(self._pasts) > _MOST_PASTS:
                self._pasts.popitem(last=False)
        return past

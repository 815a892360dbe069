"""The initial worlds of new sandboxes."""

import time
from typing import NamedTuple

from statuspool_mock import scenarios
from statuspool_mock.sandbox import InitialWorld, InvalidInput
from statuspool_mock.simulation import World


class ClockChoice(NamedTuple):
    """How a server's worlds start: at an instant (None: the scenario's, or now), at which rate.

    A `rate` of None leaves it to the scenario: frozen where it says so, else live.
    """

    at: int | None = None
    rate: float | None = None


class WorldFactory:
    """Makes the worlds of new sandboxes, which share one history for each server.

    The past is made once and then copied, so that a further sandbox costs next to nothing.
    """

    def __init__(self, scenario: scenarios.Scenario, *, seed: int, clock: ClockChoice) -> None:
        self._scenario = scenario
        self._seed = seed
        self._clock = clock
        self._prototype: World | None = None

    def __call__(self, scenario: str | None, seed: int | None) -> InitialWorld:
        """Return a world, of another shipped scenario or seed if one is given.

        Raises `InvalidInput` where no shipped scenario has the name.
        """
        chosen = self._scenario if scenario is None else _shipped(scenario)
        rate = self._rate(chosen)
        now = self._now(chosen)
        if scenario is not None or seed is not None:
            seed = self._seed if seed is None else seed
            return InitialWorld(_past(chosen, seed=seed, now=now), rate)
        if self._prototype is None:
            self._prototype = self.prepare(chosen)
        self._prototype.advance(to=max(now, self._prototype.now))
        return InitialWorld(self._prototype.clone(), rate)

    @property
    def ingredients(self) -> tuple[object, ...]:
        """All that new worlds depend on, but for the time."""
        return self._scenario, self._seed, self._clock

    @property
    def rate(self) -> float:
        """Seconds that pass in new worlds for each real one."""
        return self._rate(self._scenario)

    def begins_at(self) -> int:
        """Return the instant of a world that is made now."""
        return self._now(self._scenario)

    def past(self, now: int) -> World:
        """Return a world with its past up to an instant."""
        return _past(self._scenario, seed=self._seed, now=now)

    def prepare(self, scenario: scenarios.Scenario) -> World:
        """Return the past of a scenario, for `use`."""
        return _past(scenario, seed=self._seed, now=self._now(scenario))

    def use(self, scenario: scenarios.Scenario, prototype: World) -> None:
        """Make new worlds of another scenario, whose past is `prototype`."""
        self._scenario, self._prototype = scenario, prototype

    def _rate(self, scenario: scenarios.Scenario) -> float:
        if self._clock.rate is not None:
            return self._clock.rate
        return 0.0 if scenario.frozen or self._clock.at is not None else 1.0

    def _now(self, scenario: scenarios.Scenario) -> int:
        at = self._clock.at
        if at is None:
            at = scenario.starts_at
        return int(time.time()) if at is None else at


def _past(scenario: scenarios.Scenario, *, seed: int, now: int) -> World:
    return scenarios.build_world(scenario, seed=seed, now=now)


def _shipped(name: str) -> scenarios.Scenario:
    names = [scenario.name for scenario in scenarios.shipped()]
    if name not in names:
        raise InvalidInput(f"Must be one of: {', '.join(names)}", field="scenario")
    return scenarios.load(name)

"""Tests of `verify`: findings in wrong servers, none in right ones."""

"""Values that the shell completes, read only when it asks for them."""

import click
from click.shell_completion import CompletionItem


def mutant_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of mutants with what each does wrong."""
    del ctx, param
    from statuspool_mock.mutants import all_mutants

    return [
        CompletionItem(mutant.name, help=mutant.wrong)
        for mutant in all_mutants()
        if mutant.name.startswith(incomplete)
    ]


def scenario_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the names of shipped scenarios, else let the shell complete a file."""
    del ctx, param
    from statuspool_mock import scenarios

    named = [
        CompletionItem(entry.name, help=entry.title)
        for entry in scenarios.shipped()
        if entry.name.startswith(incomplete)
    ]
    return named or [CompletionItem(incomplete, type="file")]


def clause_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return groups of clauses, and the clauses of the group that has been typed."""
    del ctx, param
    from statuspool_mock.conformance.active.clauses import CLAUSES

    groups = dict.fromkeys(clause.group for clause in CLAUSES)
    typed = [CompletionItem(group) for group in groups if group.startswith(incomplete)]
    return typed + [
        CompletionItem(clause.id, help=clause.says)
        for clause in CLAUSES
        if incomplete.startswith(clause.group) and clause.id.startswith(incomplete)
    ]

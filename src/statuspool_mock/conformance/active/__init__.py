"""`statuspool-mock verify`: checks a server against the documented contract, from the outside.

clause, clauses/    the promises of the reference, one check for each sentence
session, context    requests to the server, and what clauses share
run                 a run of all clauses
test_clauses        the same as a pytest suite, which the command line runs
reports/            results for people and machines
"""

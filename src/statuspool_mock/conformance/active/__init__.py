"""The judge: decides whether a server keeps the documented contract, from the outside alone.

clause, clauses/   what the reference promises, one check for each sentence
session, scene     asking the server, and what clauses share
judgement          a run over all clauses
test_clauses       the same as a pytest suite; the command line runs this very suite
reports/           the results for people and machines
"""

"""Schemathesis over the document, inside what is left of the budget."""

from statuspool_mock.verify.clause import Chapter

chapter = Chapter("schema", section="the OpenAPI document")
chapters = (chapter,)

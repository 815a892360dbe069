"""Another implementation of the Statuspool API, in Flask: correct, and never the mock's twin.

It was written from the reference and from docs/rulings.md alone and shares no code with the mock.
Four dialects read the reference's open questions differently; a judge must find no fault in any.
"""

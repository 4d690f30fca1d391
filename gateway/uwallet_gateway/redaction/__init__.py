"""Takes out of a text what must not be stored, logged or sent on: cards, documents, passwords, codes, contacts.

What is looked for is data: patterns.yml.
"""

from uwallet_gateway.redaction.credentials import secret_named_in
from uwallet_gateway.redaction.kinds import NOTICED, Hit, Kind, Redacted, Sensitivity
from uwallet_gateway.redaction.redactor import redact

__all__ = ["NOTICED", "Hit", "Kind", "Redacted", "Sensitivity", "redact", "secret_named_in"]

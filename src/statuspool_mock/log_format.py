"""Log records as lines of text or of JSON."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

TEXT_FORMAT = "%(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON, with the fields that `extra` gave as `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def set_up_logging(level: str, *, form: str = "text", access_log: bool = False) -> None:
    """Log to stderr from a level on, as `text` or `json`. The access log has a level of its own."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter(TEXT_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    if access_log:
        logging.getLogger("statuspool_mock.access").setLevel(logging.INFO)

"""The published JSON schema of manifest.json: `python -m yiduiyi_analysis.publish.schema` prints it."""

import json

from yiduiyi_analysis.publish.entries import Manifest


def text() -> str:
    """Return docs/manifest.schema.json as it should be."""
    told = Manifest.model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(text(), end="")

"""What the classes are called."""

LABELS = ["negative", "positive"]

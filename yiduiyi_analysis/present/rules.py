"""The Chinese words for cleaning rules and actions, as the codebook gives them."""

import pandas as pd

from yiduiyi_analysis.codebook import Codebook
from yiduiyi_analysis.codebook.labels import ACTIONS, SEVERITIES


def names(rules: pd.Series, book: Codebook) -> pd.Series:
    """Return the Chinese name of each rule; an unknown one stays as it is."""
    return rules.map({rule.id: rule.message for rule in book.rules.values()}).fillna(rules)


def actions(actions: pd.Series) -> pd.Series:
    """Return the Chinese name of each action; an unknown one stays as it is."""
    return actions.map(ACTIONS).fillna(actions)


def severities(rules: pd.Series, book: Codebook) -> pd.Series:
    """Return how grave each rule is, as an ordered category, the gravest first; an unknown rule is a note."""
    grave = rules.map({rule.id: SEVERITIES[rule.severity] for rule in book.rules.values()})
    return grave.fillna(SEVERITIES["note"]).astype(
        pd.CategoricalDtype(list(SEVERITIES.values()), ordered=True)
    )

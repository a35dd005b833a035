"""Answers to the reference calls, by public functions only, a module a family of groups."""

from answers import programme, scales, surveys, tables

GROUPS = surveys.GROUPS | programme.GROUPS | scales.GROUPS | tables.GROUPS

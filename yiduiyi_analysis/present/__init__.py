"""Evidence → the tables, figures and sentences a person sees."""

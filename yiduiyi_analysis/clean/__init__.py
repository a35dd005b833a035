"""Raw exports and the printed roster → typed microdata."""

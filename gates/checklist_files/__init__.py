"""Checklists as CSV, XLSX and JSON files; what is written reads back the same, cell for cell."""

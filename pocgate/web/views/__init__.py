"""Views of the pages that show several apps, one noun per module."""

"""Reads behind the pages that show several apps, one noun per module."""

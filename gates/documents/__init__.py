"""Documents on paper: dossiers, decision records, packs and minutes as PDF, the same bytes for the same content."""

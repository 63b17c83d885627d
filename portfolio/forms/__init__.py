"""Forms are courtesy: rules decide, the database guarantees."""

"""Who may assume which role, and on whose behalf a service acts."""

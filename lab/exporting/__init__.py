"""Results in the forms that others read: tables for papers, event files, experiment trackers, a report."""

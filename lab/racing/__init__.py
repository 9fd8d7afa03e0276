"""Fair races: rates tuned on seeds of their own, then fresh paired seeds, judged on shared metrics."""

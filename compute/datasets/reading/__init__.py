"""A person's own file, from bytes to a data set; polars is imported only inside its functions."""

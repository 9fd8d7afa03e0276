"""Whole experiments in one file, ``.losslab``, that another machine opens and trains again."""

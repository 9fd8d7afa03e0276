"""An experiment in one file, ``.losslab``, that another machine opens, looks at and runs again."""

"""What runs the experiments: settings as flags, both faces compared, results kept, the page and the command line."""

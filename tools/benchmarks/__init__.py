"""What tools/bench measures: camerad against its peers, as ratios taken in one run."""

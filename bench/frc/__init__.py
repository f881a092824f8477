"""Three FRC events as planned and as played, and The Blue Alliance's predictor, to compare with."""

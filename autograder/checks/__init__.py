"""What a case author compares, measures and requires with."""

"""Cross-validation: a configuration's networks, one a fold, trained and told of as one."""

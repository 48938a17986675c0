"""lint: findings in SUPPORT files.  One rule is one function in a module by subject; one walk calls them all."""

"""A face image becomes a template: the network, its training on renders, and how well it tells.

The same person's photos get templates that lie close, other people's lie apart; a recognition
system compares nothing else. Everything here learns from rendered people who do not exist
(`generators.heads`); no weights of anyone else are used.
"""

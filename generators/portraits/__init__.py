"""The generator of photos of people: codes of identity and shot in, pictures out.

A StyleGAN2 generator (`generators.stylegan`) that learnt from renders of the head model
(`generators.heads`); no photograph of anyone and no scraped face at any point of the chain.
`docs/faces.md` has the cards.
"""

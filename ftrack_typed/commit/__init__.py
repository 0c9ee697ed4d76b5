"""Owns the road of a commit: from the changes that wait to what their acknowledgement leaves behind.

The unit of work hands over what is pending. `batch` plans it as operations in an order that the server accepts, and
`plan` shows them to people. `sending` sends them as one transaction, `batched` as several, cut where `batches` says
that they may be. What is acknowledged is settled by `settlement`, and `freshness` takes out of answers that were on
their way what they cannot know of it. Where the answer was lost, `outcome` asks the server what happened.
"""

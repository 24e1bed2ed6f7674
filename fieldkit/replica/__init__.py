"""Two SQLCipher files behind one door: archives, visits, tasks, search, outbox, blobs, audit."""

from fieldkit.replica.door import Replica

__all__ = ["Replica"]

"""The kit's end of fieldkit-sync/1, and the message types both ends share (`wire`)."""

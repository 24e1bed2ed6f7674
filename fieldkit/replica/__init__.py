"""Two SQLCipher files behind one door: what the backend owns and what the officer made."""

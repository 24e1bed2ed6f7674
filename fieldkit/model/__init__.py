"""The things the trade speaks of, as frozen structs: the same from form to database, wire and backend."""

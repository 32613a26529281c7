"""The rehearsal: twenty cases through the real routing with the real people, in a schema of its own."""

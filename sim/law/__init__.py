"""The law: cases as state machines, instruments, ledgers."""

"""How fast the hub is, told as multiples of a bare Django page on the same machine in the same minute."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j\u00a0F\u00a0Y \\k\\l.\u00a0H.i"  # breaks between day and time only
SHORT_DATE_FORMAT = "Y-m-d"
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\u00a0"
NUMBER_GROUPING = 3

"""The public pages, the web chat and the booking by link: their templates, styles, script and words."""

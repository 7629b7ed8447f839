"""What there is to know. A real one would be a database; what matters is that it comes along."""

DOCUMENTS = [
    "The load line of a ship shows how deep she may be loaded.",
    "One hull carries several load lines, one per water: fresh, tropical, summer, winter.",
    "Samuel Plimsoll made the load line the law of the sea in 1876.",
    "A replica serves requests; an autoscaler decides how many there are.",
]

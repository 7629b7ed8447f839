def name(*parts: str) -> str:
    return "/".join(parts)

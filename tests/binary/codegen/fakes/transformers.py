"""Stands for the library of this name: says how much it was told."""


def pipeline(task, model, token, device_map):
    assert token == "a-secret", token

    def generate(prompt, max_new_tokens, return_full_text):
        return [{"generated_text": f" {len(prompt.splitlines())} lines"}]

    return generate

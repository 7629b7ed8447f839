"""Stands for the library of this name: a text's vector is its length."""


class Vectors(list):
    def tolist(self):
        return list(self)


class SentenceTransformer:
    def __init__(self, name, device):
        pass

    def encode(self, texts, normalize_embeddings):
        return Vectors([float(len(text))] for text in texts)

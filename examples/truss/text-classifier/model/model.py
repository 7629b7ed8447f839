"""Tells positive from negative sentences with a linear model over hashed words."""

from labels import LABELS
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

TRAINING = [("good", 1), ("great", 1), ("saves", 1), ("bad", 0), ("awful", 0), ("sinks", 0)]


class Model:
    def load(self):
        texts, targets = zip(*TRAINING)
        self._vectorizer = HashingVectorizer(n_features=2**12, alternate_sign=False)
        self._classifier = SGDClassifier(loss="log_loss", random_state=0)
        self._classifier.fit(self._vectorizer.transform(texts), targets)

    def predict(self, request):
        features = self._vectorizer.transform([request["text"]])
        scores = self._classifier.predict_proba(features)[0]
        return dict(zip(LABELS, (float(score) for score in scores)))

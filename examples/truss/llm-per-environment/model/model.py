"""Generates text with a causal language model."""

from transformers import AutoModelForCausalLM, AutoTokenizer

CHECKPOINT = "Qwen/Qwen2.5-1.5B-Instruct"


class Model:
    def __init__(self, **kwargs):
        self._token = kwargs["secrets"]["hf_access_token"]

    def load(self):
        self._tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT, token=self._token)
        self._model = AutoModelForCausalLM.from_pretrained(
            CHECKPOINT, token=self._token, torch_dtype="auto", device_map="cuda"
        )

    def predict(self, request):
        inputs = self._tokenizer(request["prompt"], return_tensors="pt").to("cuda")
        tokens = self._model.generate(**inputs, max_new_tokens=request.get("max_tokens", 128))
        return {"text": self._tokenizer.decode(tokens[0], skip_special_tokens=True)}

def _input_of(chainlet):
    """The arguments of a chainlet's `run_remote` as one model. Those with a default may be absent."""
    method = chainlet.run_remote
    hints = typing.get_type_hints(method, include_extras=True)
    fields = {}
    for argument in list(inspect.signature(method).parameters.values())[1:]:
        hint = hints[argument.name]
        if argument.default is inspect.Parameter.empty:
            fields[argument.name] = (hint, ...)
        else:
            fields[argument.name] = (typing.Optional[hint], None)
    return pydantic.create_model(f"{chainlet.__name__}Input", **fields)


def _output_of(chainlet):
    """What a chainlet's `run_remote` returns, as a model."""
    hints = typing.get_type_hints(chainlet.run_remote, include_extras=True)
    return pydantic.RootModel[hints["return"]]

def _stub_of(chainlet):
    """A class that is called as a chainlet is, and calls it where it is deployed."""
    method = chainlet.run_remote
    signature = inspect.signature(method)
    is_engine = issubclass(chainlet, truss_chains.EngineBuilderLLMChainlet)
    input_model = None if is_engine else _input_of(chainlet)

    def inputs(*args, **kwargs):
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        _, *given = call.arguments.items()
        if is_engine:
            # An engine takes its one argument as it is: no model of arguments is around it.
            return given[0][1]
        return input_model(**dict(given))

    if inspect.isasyncgenfunction(method):
        returned = typing.get_type_hints(method)["return"]
        is_text = typing.get_args(returned) == (str,)

        async def run_remote(self, *args, **kwargs):
            # What arrives is cut anywhere, also within a character.
            decoder = codecs.getincrementaldecoder("utf-8")()
            async for chunk in await self.predict_async_stream(inputs(self, *args, **kwargs)):
                if is_text:
                    chunk = decoder.decode(chunk)
                if chunk:
                    yield chunk
            decoder.decode(b"", final=True)

    elif inspect.iscoroutinefunction(method):
        output_model = _output_of(chainlet)

        async def run_remote(self, *args, **kwargs):
            given = inputs(self, *args, **kwargs)
            return (await self.predict_async(given, output_model)).root

    else:
        output_model = _output_of(chainlet)

        def run_remote(self, *args, **kwargs):
            given = inputs(self, *args, **kwargs)
            return self.predict_sync(given, output_model).root

    # The deployed chainlet is looked up by the name of this class.
    return type(chainlet.__name__, (stub.StubBase,), {"run_remote": run_remote})

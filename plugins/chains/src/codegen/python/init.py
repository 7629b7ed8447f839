    def __init__(self, config, data_dir, secrets, lazy_data_resolver, environment=None):
        metadata = private_types.TrussMetadata.model_validate(
            config["model_metadata"]["chains_metadata"]
        )
        if environment:
            environment = public_types.Environment.model_validate(environment)
        self._context = public_types.DeploymentContext(
            chainlet_to_service=utils.populate_chainlet_service_predict_urls(
                metadata.chainlet_to_service
            ),
            secrets=secrets,
            data_dir=data_dir,
            environment=environment or None,
        )
        self._chainlet = None
        lazy_data_resolver.block_until_download_complete()

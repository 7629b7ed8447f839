# What Plimsoll adds to Chains took effect when this was deployed; here nothing reads it. A runtime
# that does not know it yet must take it all the same, or the chain could not be imported.
for _name in ("AutoscalingSettings", "RemoteOverrides"):
    if not hasattr(truss_chains, _name):
        setattr(truss_chains, _name, types.SimpleNamespace)
if "environment_overrides" not in truss_chains.RemoteConfig.model_fields:
    truss_chains.RemoteConfig.model_config["extra"] = "allow"
    truss_chains.RemoteConfig.model_rebuild(force=True)

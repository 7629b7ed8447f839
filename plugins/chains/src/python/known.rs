//! What is known of the libraries that chains are written with: names, and what they stand for.
//! Source: `truss_chains` and `truss` 0.18.36.

/// Something that a library gives a name to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// A class whose instances make up a configuration.
    Config(Class),
    /// An enumeration.
    Enum(&'static Enum),
    /// A class that chainlets derive from.
    Base(Base),
    /// `mark_entrypoint`.
    MarkEntrypoint,
    /// `depends`.
    Depends,
    /// `depends_context`.
    DependsContext,
    /// `make_abs_path_here`.
    MakeAbsPathHere,
    /// `pathlib.Path`.
    Path,
    /// A function of `os.path`, by its name.
    OsPath(&'static str),
    /// `enum.Enum` and its kind; whether members are strings too.
    EnumBase(bool),
    /// `os.environ` or `os.getenv`.
    Environment,
    /// A type that changes nothing about a class that derives from it, or annotates with it.
    Harmless,
    /// `WebSocketProtocol`.
    WebSocket,
    /// A function of Python, by its name.
    Builtin(&'static str),
}

/// Classes that chainlets derive from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// `ChainletBase`.
    Chainlet,
    /// `EngineBuilderLLMChainlet`, or its own base; whether it brings its `run_remote`.
    Engine(bool),
    /// `TrussChainlet`.
    Truss,
    /// `ModelBase`: no part of a chain.
    Model,
    /// `StubBase`: a client of a chainlet that is deployed already.
    Stub,
}

/// Classes whose instances make up a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    RemoteConfig,
    RemoteOverrides,
    DockerImage,
    CustomImage,
    Compute,
    Assets,
    ChainletOptions,
    AutoscalingSettings,
    RpcOptions,
    /// A model of `truss_config` or `trt_llm_config`, by its name.
    Truss(&'static str),
}

impl Class {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RemoteConfig => "RemoteConfig",
            Self::RemoteOverrides => "RemoteOverrides",
            Self::DockerImage => "DockerImage",
            Self::CustomImage => "CustomImage",
            Self::Compute => "Compute",
            Self::Assets => "Assets",
            Self::ChainletOptions => "ChainletOptions",
            Self::AutoscalingSettings => "AutoscalingSettings",
            Self::RpcOptions => "RPCOptions",
            Self::Truss(name) => name,
        }
    }

    /// Its arguments; `None` where the tables of Truss say which there are.
    pub(crate) fn parameters(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::RemoteConfig => &[
                "docker_image",
                "compute",
                "assets",
                "name",
                "options",
                "build_commands",
                "autoscaling_settings",
                "environment_overrides",
            ],
            Self::RemoteOverrides => &["compute", "autoscaling_settings"],
            Self::DockerImage => &[
                "base_image",
                "pip_requirements_file",
                "pip_requirements",
                "apt_requirements",
                "requirements_file",
                "data_dir",
                "external_package_dirs",
                "truss_server_version_override",
            ],
            Self::CustomImage => &["image", "python_executable_path", "docker_auth"],
            Self::Compute => &[
                "cpu_count",
                "memory",
                "gpu",
                "gpu_count",
                "predict_concurrency",
                "instance_type",
            ],
            Self::Assets => &["cached", "secret_keys", "external_data", "weights"],
            Self::ChainletOptions => &[
                "enable_b10_tracing",
                "enable_debug_logs",
                "env_variables",
                "health_checks",
                "metadata",
                "streaming_read_timeout",
                "transport",
            ],
            Self::RpcOptions => &["retries", "timeout_sec", "use_binary", "concurrency_limit"],
            Self::AutoscalingSettings | Self::Truss(_) => return None,
        })
    }

    /// Whether arguments may be given by position.
    pub(crate) fn takes_positional(self) -> bool {
        matches!(self, Self::Compute | Self::Assets)
    }
}

/// An enumeration: its members and their values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Enum {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Whether its members are strings.
    pub(crate) is_text: bool,
    /// Names and values.
    pub(crate) members: &'static [(&'static str, &'static str)],
}

const fn text(name: &'static str, members: &'static [(&'static str, &'static str)]) -> Enum {
    Enum {
        name,
        is_text: true,
        members,
    }
}

static ENUMS: &[Enum] = &[
    Enum {
        name: "BasetenImage",
        is_text: false,
        members: &[("PY39", "py39"), ("PY310", "py310"), ("PY311", "py311")],
    },
    text(
        "Accelerator",
        &[
            ("_B10", "B10"),
            ("T4", "T4"),
            ("L4", "L4"),
            ("A10G", "A10G"),
            ("V100", "V100"),
            ("A100", "A100"),
            ("A100_40GB", "A100_40GB"),
            ("H100", "H100"),
            ("H200", "H200"),
            ("H100_40GB", "H100_40GB"),
            ("B200", "B200"),
            ("L40S", "L40S"),
            ("RTX_PRO_6000", "RTX_PRO_6000"),
            ("B300", "B300"),
            ("GB300", "GB300"),
        ],
    ),
    text(
        "ModelRepoSourceKind",
        &[
            ("HF", "hf"),
            ("GCS", "gcs"),
            ("S3", "s3"),
            ("AZURE", "azure"),
        ],
    ),
    text(
        "WeightsAuthMethod",
        &[
            ("CUSTOM_SECRET", "CUSTOM_SECRET"),
            ("AWS_OIDC", "AWS_OIDC"),
            ("GCP_OIDC", "GCP_OIDC"),
            ("AWS_ASSUME_ROLE", "AWS_ASSUME_ROLE"),
        ],
    ),
    text(
        "BDNAccessGrant",
        &[
            ("PULL", "pull"),
            ("PUSH", "push"),
            ("TAG", "tag"),
            ("INSPECT", "inspect"),
            ("DELETE", "delete"),
        ],
    ),
    text(
        "TransportKind",
        &[
            ("HTTP", "http"),
            ("WEBSOCKET", "websocket"),
            ("GRPC", "grpc"),
        ],
    ),
    text(
        "ModelServer",
        &[("TrussServer", "TrussServer"), ("TRT_LLM", "TRT_LLM")],
    ),
    text(
        "DockerAuthType",
        &[
            ("GCP_SERVICE_ACCOUNT_JSON", "GCP_SERVICE_ACCOUNT_JSON"),
            ("AWS_IAM", "AWS_IAM"),
            ("AWS_OIDC", "AWS_OIDC"),
            ("GCP_OIDC", "GCP_OIDC"),
            ("REGISTRY_SECRET", "REGISTRY_SECRET"),
            ("AWS_ASSUME_ROLE", "AWS_ASSUME_ROLE"),
        ],
    ),
    text(
        "TrussTRTLLMModel",
        &[
            ("ENCODER", "encoder"),
            ("ENCODER_BERT", "encoder_bert"),
            ("DECODER", "decoder"),
            ("PALMYRA", "palmyra"),
            ("QWEN", "qwen"),
            ("LLAMA", "llama"),
            ("MISTRAL", "mistral"),
            ("DEEPSEEK", "deepseek"),
            ("WHISPER", "whisper"),
        ],
    ),
    text("InferenceStack", &[("v1", "v1"), ("v2", "v2")]),
    text(
        "TrussTRTLLMQuantizationType",
        &[
            ("NO_QUANT", "no_quant"),
            ("WEIGHTS_ONLY_INT8", "weights_int8"),
            ("WEIGHTS_KV_INT8", "weights_kv_int8"),
            ("WEIGHTS_ONLY_INT4", "weights_int4"),
            ("WEIGHTS_INT4_KV_INT8", "weights_int4_kv_int8"),
            ("SMOOTH_QUANT", "smooth_quant"),
            ("FP8", "fp8"),
            ("FP8_KV", "fp8_kv"),
            ("FP8_MLP_ONLY", "fp8_mlp_only"),
            ("FP4", "fp4"),
            ("FP4_KV", "fp4_kv"),
            ("FP4_MLP_ONLY", "fp4_mlp_only"),
        ],
    ),
    text(
        "CheckpointSource",
        &[
            ("HF", "HF"),
            ("GCS", "GCS"),
            ("S3", "S3"),
            ("AZURE", "AZURE"),
            ("LOCAL", "LOCAL"),
            ("REMOTE_URL", "REMOTE_URL"),
            ("BASETEN_TRAINING", "BASETEN_TRAINING"),
        ],
    ),
    text(
        "TrussTRTLLMBatchSchedulerPolicy",
        &[
            ("MAX_UTILIZATION", "max_utilization"),
            ("GUARANTEED_NO_EVICT", "guaranteed_no_evict"),
        ],
    ),
    text(
        "TrussSpecDecMode",
        &[
            ("DRAFT_EXTERNAL", "DRAFT_TOKENS_EXTERNAL"),
            ("LOOKAHEAD_DECODING", "LOOKAHEAD_DECODING"),
        ],
    ),
];

/// The models of `truss_config` and `trt_llm_config`.
static MODELS: &[&str] = &[
    "AcceleratorSpec",
    "AdditionalAutoscalingConfig",
    "AutoscalingMetric",
    "BDNAccess",
    "BDNConfig",
    "BDNHotload",
    "BDNVolumeMount",
    "BISLLM",
    "BaseImage",
    "Build",
    "CheckpointList",
    "CheckpointRepository",
    "DockerAuthSettings",
    "DockerServer",
    "EgressRestrictions",
    "ExternalDataItem",
    "FabricRequirement",
    "GRPCOptions",
    "HTTPOptions",
    "HealthChecks",
    "ImageVersions",
    "ModelRepo",
    "ModelRepoCacheInternal",
    "OIDC",
    "RemoteSSH",
    "Resources",
    "Runtime",
    "TRTLLMConfiguration",
    "TRTLLMConfigurationV1",
    "TRTLLMConfigurationV2",
    "TRTLLMRuntimeConfigurationV2",
    "TrainingArtifactReference",
    "TrussConfig",
    "TrussSpeculatorConfiguration",
    "TrussTRTLLMBuildConfiguration",
    "TrussTRTLLMLoraConfiguration",
    "TrussTRTLLMPluginConfiguration",
    "TrussTRTLLMRuntimeConfiguration",
    "TrussTRTQuantizationConfiguration",
    "VersionsOverrides",
    "WebsocketOptions",
    "WeightsAuth",
    "WeightsSource",
];

/// Functions of Python that are evaluated, or that change nothing they are given.
static BUILTINS: &[&str] = &[
    "str",
    "int",
    "float",
    "bool",
    "len",
    "list",
    "tuple",
    "dict",
    "min",
    "max",
    "abs",
    "sorted",
    "sum",
    "print",
    "isinstance",
    "issubclass",
    "repr",
    "type",
    "range",
    "enumerate",
    "zip",
    "map",
    "filter",
    "any",
    "all",
    "id",
    "hash",
    "round",
    "set",
    "frozenset",
    "getattr",
    "hasattr",
    "open",
    "iter",
    "reversed",
    "bytes",
    "format",
    "ord",
    "chr",
    "super",
    "property",
    "staticmethod",
    "classmethod",
    "callable",
    "vars",
    "dir",
    "input",
    "divmod",
    "pow",
];

/// Functions of `os.path` that are evaluated.
static OS_PATH: &[&str] = &[
    "join",
    "dirname",
    "basename",
    "abspath",
    "realpath",
    "normpath",
    "expanduser",
];

/// A function of Python.
pub(crate) fn builtin(name: &str) -> Option<Symbol> {
    if name == "object" {
        return Some(Symbol::Harmless);
    }
    let known = BUILTINS.iter().find(|builtin| **builtin == name);
    known.map(|builtin| Symbol::Builtin(builtin))
}

/// Whether what this name brings is known here, whatever files stand beside the chain.
pub(crate) fn is_library(top: &str) -> bool {
    matches!(
        top,
        "truss_chains"
            | "truss"
            | "pathlib"
            | "os"
            | "enum"
            | "typing"
            | "typing_extensions"
            | "abc"
            | "sys"
            | "__future__"
            | "pydantic"
    )
}

/// What a name of a library's module stands for; `None` where nothing is known of it.
pub(crate) fn symbol(module: &str, name: &str) -> Option<Symbol> {
    match module.split('.').next()? {
        "truss_chains" => chains(name).or_else(|| truss(name)),
        "truss" => truss(name),
        "pathlib" if matches!(name, "Path" | "PosixPath" | "PurePath" | "PurePosixPath") => {
            Some(Symbol::Path)
        }
        "os" => os(module, name),
        "enum" => match name {
            "Enum" | "IntEnum" => Some(Symbol::EnumBase(false)),
            "StrEnum" => Some(Symbol::EnumBase(true)),
            "unique" => Some(Symbol::Harmless),
            _ => None,
        },
        "abc" if matches!(name, "ABC" | "ABCMeta") => Some(Symbol::Harmless),
        "typing" | "typing_extensions" if matches!(name, "Generic" | "Protocol") => {
            Some(Symbol::Harmless)
        }
        _ => None,
    }
}

/// The names that `from truss_chains import *` brings.
pub(crate) static EXPORTED: &[&str] = &[
    "Assets",
    "AutoscalingSettings",
    "BasetenImage",
    "ChainletBase",
    "ChainletOptions",
    "Compute",
    "CustomImage",
    "DeploymentContext",
    "DockerImage",
    "EngineBuilderLLMChainlet",
    "ModelBase",
    "RPCOptions",
    "RemoteConfig",
    "RemoteOverrides",
    "StubBase",
    "TrussChainlet",
    "WebSocketProtocol",
    "WeightsSource",
    "depends",
    "depends_context",
    "make_abs_path_here",
    "mark_entrypoint",
];

fn chains(name: &str) -> Option<Symbol> {
    Some(match name {
        "RemoteConfig" => Symbol::Config(Class::RemoteConfig),
        "RemoteOverrides" => Symbol::Config(Class::RemoteOverrides),
        "DockerImage" => Symbol::Config(Class::DockerImage),
        "CustomImage" => Symbol::Config(Class::CustomImage),
        "Compute" => Symbol::Config(Class::Compute),
        "Assets" => Symbol::Config(Class::Assets),
        "ChainletOptions" => Symbol::Config(Class::ChainletOptions),
        "AutoscalingSettings" => Symbol::Config(Class::AutoscalingSettings),
        "RPCOptions" => Symbol::Config(Class::RpcOptions),
        "ChainletBase" => Symbol::Base(Base::Chainlet),
        "EngineBuilderLLMChainlet" => Symbol::Base(Base::Engine(true)),
        "EngineBuilderChainlet" => Symbol::Base(Base::Engine(false)),
        "TrussChainlet" => Symbol::Base(Base::Truss),
        "ModelBase" => Symbol::Base(Base::Model),
        "StubBase" => Symbol::Base(Base::Stub),
        "WebSocketProtocol" => Symbol::WebSocket,
        "mark_entrypoint" => Symbol::MarkEntrypoint,
        "depends" => Symbol::Depends,
        "depends_context" => Symbol::DependsContext,
        "make_abs_path_here" => Symbol::MakeAbsPathHere,
        _ => return None,
    })
}

fn truss(name: &str) -> Option<Symbol> {
    if let Some(known) = ENUMS.iter().find(|known| known.name == name) {
        return Some(Symbol::Enum(known));
    }
    let model = MODELS.iter().find(|model| **model == name)?;
    Some(Symbol::Config(Class::Truss(model)))
}

fn os(module: &str, name: &str) -> Option<Symbol> {
    if module == "os" && matches!(name, "environ" | "getenv" | "environb") {
        return Some(Symbol::Environment);
    }
    let known = OS_PATH
        .iter()
        .find(|known| module == "os.path" && **known == name)?;
    Some(Symbol::OsPath(known))
}
